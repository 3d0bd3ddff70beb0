import { createHash } from 'node:crypto';

/**
 * What stands in a bundle for the digest of what the program is made of, which cannot be known before there
 * is a bundle. It is as long as the digest, so nothing moves.
 */
export const UNKNOWN_IMAGE = '@image@'.padEnd(64, '@');

/**
 * The SHA-256, in hexadecimal, of everything that decides about the bytes of a program, in an order that is
 * always the same. It is what the program says of itself when it runs: the digest of its file, which
 * `sha256sum` shows, it cannot hold.
 */
export function identify(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    // With its length, so that nothing can be taken for a part of something else.
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex');
}

/** `text` with the digest in its place. */
export function identified(text: string, image: string): string {
  return text.replaceAll(UNKNOWN_IMAGE, image);
}
