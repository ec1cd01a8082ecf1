import { load, mobilenetV1 } from 'mobilenet-edge';
import { check } from './check.js';

check(load, mobilenetV1);
