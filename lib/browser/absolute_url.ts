/** A URL as the page means it; in a worker there is no document, in an edge runtime no location. Throws what `problem` makes. */
export function absoluteUrl(url: string | URL, problem: (cause: unknown) => Error): string {
  const base = typeof document === 'undefined' ? globalThis.location?.href : document.baseURI;
  try {
    return new URL(url, base).href;
  } catch (cause) {
    throw problem(cause);
  }
}
