/** data: URLs (RFC 2397). */
import type { SourceOptions } from './limits';

export function isDataUrl(url: string): boolean {
  return /^data:/i.test(url.slice(0, 5));
}

/** The bytes of a data: URL, base64 or percent-encoded. Throws `invalid`. */
export function dataUrlBytes(url: string, { limit, invalid }: SourceOptions): Uint8Array {
  const comma = url.indexOf(',');
  if (comma === -1) throw invalid('its data: URL has no comma before the data');
  // A byte takes one to three characters.
  if (url.length - comma > 3 * limit) throw invalid(`its data: URL has more than ${limit} bytes`);
  const text = url.slice(comma + 1);
  const isBase64 = url.slice(0, comma).toLowerCase().trimEnd().endsWith(';base64');
  if (!isBase64) return percentDecoded(text);
  return Buffer.from(text.includes('%') ? Buffer.from(percentDecoded(text)).toString('latin1') : text, 'base64');
}

function percentDecoded(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  let to = 0;
  for (let at = 0; at < bytes.length; at++) {
    const digits = bytes[at] === PERCENT ? String.fromCharCode(bytes[at + 1], bytes[at + 2]) : '';
    const isEscape = /^[0-9a-f]{2}$/i.test(digits);
    bytes[to++] = isEscape ? Number.parseInt(digits, 16) : bytes[at];
    if (isEscape) at += 2;
  }
  return bytes.subarray(0, to);
}

const PERCENT = 0x25;
