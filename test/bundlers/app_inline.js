import { load, mobilenetV1 } from 'mobilenet-edge/inline';
import { check } from './check.js';

check(load, mobilenetV1);
