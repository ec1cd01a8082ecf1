/** What Node's types refuse and a page's do not. */
import { load, mobilenetV1 } from 'mobilenet-edge';

// @ts-expect-error In Node every model has its threads.
export const model = load(mobilenetV1(), { thread: 'main' });
