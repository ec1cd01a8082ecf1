import * as library from 'mobilenet-edge';
import answers from './answer.cjs';

console.log(await answers(library));
