/**
 * Model files in the browser's Cache: what is there is not asked for again. Files are kept once the model that they make was
 * read, since what a server sends in their place (a page that asks to log in, say) would stay for ever.
 */
export class ModelCache {
  readonly #cache: Cache | undefined;
  readonly #used = new Set<string>();
  readonly #fetched = new Map<string, Uint8Array<ArrayBuffer>>();

  private constructor(cache: Cache | undefined) {
    this.#cache = cache;
  }

  /** Without a name nothing is kept, nor where there is no Cache: on pages that are neither https nor localhost, or may not store. */
  static async open(name: string | undefined): Promise<ModelCache> {
    const cache =
      name !== undefined && 'caches' in globalThis ? await caches.open(name).catch(() => undefined) : undefined;
    return new ModelCache(cache);
  }

  async match(url: string): Promise<Response | undefined> {
    const response = await this.#cache?.match(url);
    if (response) this.#used.add(url);
    return response;
  }

  /** Notes a whole file that was fetched. */
  note(url: string, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#cache) this.#fetched.set(url, bytes);
  }

  /** Keeps what was fetched. A full disk is no reason to refuse a model that has arrived. */
  async keep(): Promise<void> {
    for (const [url, bytes] of this.#fetched) await this.#cache?.put(url, new Response(bytes)).catch(() => undefined);
    this.#fetched.clear();
  }

  /** Drops the entries that were used; tells whether there were any. */
  async forget(): Promise<boolean> {
    const used = [...this.#used];
    for (const url of used) await this.#cache?.delete(url);
    this.#used.clear();
    this.#fetched.clear();
    return used.length > 0;
  }
}
