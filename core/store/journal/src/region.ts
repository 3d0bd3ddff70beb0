import type { HashFactory, KeyedHash } from '@atoll/bytes/fast';
import { u32, writeU32 } from '@atoll/bytes/field';
import type { BlockRequest } from '@atoll/device/block';
import { BLOCK_REQUEST_BYTES } from '@atoll/device/block';

/** A part of work that waits for the requests that it yields: all that stand in one list. */
export type Task<T> = Generator<readonly BlockRequest[], T, void>;

/** What a journal is to live in. */
export interface RegionOptions {
  /** Bytes from the start of the disk, and how many; see `DiskRegion` of `@atoll/disk`. */
  readonly offset: number;
  readonly size: number;
  readonly blockSize: number;
  /** The identity in the label of the disk: the key of all hashes. */
  readonly identity: Uint8Array;
  readonly hash: HashFactory;
}

/** The journal's part of a disk: requests by position, and the hashes of what lies there. */
export class JournalRegion {
  readonly size: number;
  readonly blockSize: number;
  /** Of superblocks and of the headers of groups. */
  readonly hash: KeyedHash;
  readonly #offset: number;
  readonly #identity: Uint8Array;
  readonly #factory: HashFactory;

  constructor({ offset, size, blockSize, identity, hash }: RegionOptions) {
    if (offset % blockSize !== 0) throw new RangeError('a region starts with a block');
    this.size = size;
    this.blockSize = blockSize;
    this.hash = hash(identity);
    this.#offset = offset;
    this.#identity = identity;
    this.#factory = hash;
  }

  /** The hash of the records of a segment with this nonce. */
  segmentHash(nonce: number): KeyedHash {
    const key = this.#identity.slice();
    writeU32(key, 0, u32(key, 0) ^ Math.floor(nonce / 0x1_0000_0000));
    writeU32(key, 4, u32(key, 4) ^ (nonce % 0x1_0000_0000));
    return this.#factory(key);
  }

  /** The number of the block of the disk in which `position` lies. */
  blockAt(position: number): number {
    return Math.floor((this.#offset + position) / this.blockSize);
  }

  read(position: number, bytes: Uint8Array): BlockRequest[] {
    return this.#requests('read', position, bytes);
  }

  write(position: number, bytes: Uint8Array): BlockRequest[] {
    return this.#requests('write', position, bytes);
  }

  #requests(operation: 'read' | 'write', position: number, bytes: Uint8Array): BlockRequest[] {
    const requests: BlockRequest[] = [];
    for (let start = 0; start < bytes.length; start += BLOCK_REQUEST_BYTES) {
      requests.push({
        operation,
        block: this.blockAt(position + start),
        bytes:
          bytes.length <= BLOCK_REQUEST_BYTES
            ? bytes
            : bytes.subarray(start, start + BLOCK_REQUEST_BYTES),
        failure: undefined,
      });
    }
    return requests;
  }
}

export function flushRequest(): BlockRequest {
  return { operation: 'flush', block: 0, bytes: NOTHING, failure: undefined };
}

/** What the first of `requests` that failed says. */
export function failureOf(requests: readonly BlockRequest[]): string | undefined {
  for (const { failure } of requests) if (failure !== undefined) return failure;
  return undefined;
}

const NOTHING = new Uint8Array(0);
