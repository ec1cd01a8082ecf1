import * as library from 'mobilenet-edge';
import answers from '../answer.cjs';

export default async () => answers(library);
