import * as library from 'mobilenet-edge';
import answers from '../../answer.cjs';

export const dynamic = 'force-dynamic';

export async function GET() {
  return new Response(await answers(library));
}
