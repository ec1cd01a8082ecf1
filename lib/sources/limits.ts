import type { MobileNetEdgeError } from '../base/errors';

/** How bytes are read, and what is said of those that cannot be. */
export interface SourceOptions {
  signal?: AbortSignal;
  /** The most bytes. */
  limit: number;
  /** The error of what cannot be read; `problem` goes on after "Expected a picture but". */
  invalid(problem: string, cause?: unknown): MobileNetEdgeError;
  /** The error of an answer that says that there is nothing. */
  notFound(problem: string): MobileNetEdgeError;
}
