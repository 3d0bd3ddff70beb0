import type { FastPaths } from '@atoll/device/fast';
import { HeadReader } from './http1/head-reader.ts';

/** Compresses bytes to gzip (RFC 1952); `undefined` when they are too many, or would not become fewer. */
export type Gzip = (bytes: Uint8Array) => Uint8Array | undefined;

/** What reads the heads of most requests at once: for a server that has many. */
export function fastHeads(fast: FastPaths): HeadReader {
  return new HeadReader(fast);
}

/** The only one there is: in TypeScript an image would take some milliseconds for each KiB. */
export function fastGzip(fast: FastPaths): Gzip {
  const { bound, gzip, tableSize } = fast.load('http');
  const source = fast.allocate(LONGEST);
  const target = fast.allocate(bound(LONGEST));
  const tables = fast.allocate(tableSize());
  return (bytes) => {
    if (bytes.length > LONGEST) return undefined;
    source.bytes.set(bytes);
    const length = gzip(source.address, bytes.length, target.address, tables.address);
    return length < bytes.length ? target.bytes.slice(0, length) : undefined;
  };
}

/** Places in the source have 16 bits. */
const LONGEST = 0xffff;
