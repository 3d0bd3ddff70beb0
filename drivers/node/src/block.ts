import { fdatasyncSync, readSync, writeSync } from 'node:fs';
import type { BlockCounters, BlockDevice, BlockRequest, Durability } from '@atoll/device/block';
import { checkRequest, countRequest, zeroBlockCounters } from '@atoll/device/block';
import { PROMPT_QUEUE } from '@atoll/device/prompt-disk';
import type { DirectFile } from './direct-file.ts';
import type { DiskFile } from './disk-file.ts';

/**
 * A block device over a file. Every request has ended when `submit` returns, as on other platforms; a flush is
 * fdatasync. To hand one to a thread of Node.js and to hear of its end takes longer than a fast disk does.
 */
export class FileDisk implements BlockDevice {
  readonly name: string;
  readonly blockSize: number;
  readonly blockCount: number;
  readonly isReadOnly: boolean;
  readonly durability: Durability = 'power';
  readonly counters: BlockCounters = zeroBlockCounters();
  readonly #descriptor: number;
  readonly #direct: DirectFile | undefined;
  readonly #ended: BlockRequest[] = [];

  constructor(name: string, file: DiskFile, blockSize: number) {
    this.name = name;
    this.blockSize = blockSize;
    this.blockCount = file.size / blockSize;
    this.isReadOnly = file.isReadOnly;
    this.#descriptor = file.descriptor;
    this.#direct = file.direct;
  }

  submit(request: BlockRequest): boolean {
    checkRequest(this, request);
    if (this.#ended.length === PROMPT_QUEUE) return false;
    request.failure = undefined;
    try {
      if (request.operation === 'flush') fdatasyncSync(this.#descriptor);
      else if (request.operation === 'persist') this.#persist(request);
      else request.failure = this.#move(request);
    } catch (error) {
      request.failure = error instanceof Error ? error.message : String(error);
    }
    countRequest(this.counters, request);
    this.#ended.push(request);
    return true;
  }

  complete(): BlockRequest | undefined {
    return this.#ended.shift();
  }

  #persist(request: BlockRequest): void {
    if (this.#direct !== undefined) {
      this.#direct.write(request.bytes, request.block * this.blockSize);
      return;
    }
    request.failure = this.#move(request);
    if (request.failure === undefined) fdatasyncSync(this.#descriptor);
  }

  /** Reads or writes all of `request`: the system may do less at a time than it was asked for. */
  #move({ operation, block, bytes }: BlockRequest): string | undefined {
    for (let done = 0; done < bytes.length; ) {
      const position = block * this.blockSize + done;
      const left = bytes.length - done;
      const count =
        operation === 'read'
          ? readSync(this.#descriptor, bytes, done, left, position)
          : writeSync(this.#descriptor, bytes, done, left, position);
      if (count === 0) return 'the file has become shorter';
      done += count;
    }
    return undefined;
  }
}
