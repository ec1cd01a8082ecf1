/** A Node worker thread that takes part in the runs of a wasm session. Its data is a port through which the task comes. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { assist } from '../../engines/wasm_program';

(workerData as MessagePort).once('message', assist);
