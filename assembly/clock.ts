// Milliseconds, by a clock that all threads share.
@external('env', 'now')
export declare function now(): f64;
