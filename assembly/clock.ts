// Milliseconds, by a clock that all threads share.
// @ts-ignore: a decorator of a function
@external('env', 'now')
export declare function now(): f64;
