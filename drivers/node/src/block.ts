import { fdatasync, readSync, writeSync } from 'node:fs';
import type { BlockCounters, BlockDevice, BlockRequest, Durability } from '@atoll/device/block';
import { checkRequest, countRequest, zeroBlockCounters } from '@atoll/device/block';
import type { DiskFile } from './disk-file.ts';

/**
 * A block device over a file. A flush is fdatasync, which a thread of Node.js waits for; `woken` is called when
 * it has ended. Reads and writes have ended when `submit` returns, as on other platforms: what they move is
 * mostly in the memory of the system, and to hand it to a thread takes longer than to move it.
 */
export class FileDisk implements BlockDevice {
  readonly name: string;
  readonly blockSize: number;
  readonly blockCount: number;
  readonly isReadOnly: boolean;
  readonly durability: Durability = 'power';
  readonly counters: BlockCounters = zeroBlockCounters();
  readonly #descriptor: number;
  readonly #woken: () => void;
  readonly #ended: BlockRequest[] = [];
  #underWay = 0;

  constructor(name: string, file: DiskFile, blockSize: number, woken: () => void) {
    this.name = name;
    this.blockSize = blockSize;
    this.blockCount = file.size / blockSize;
    this.isReadOnly = file.isReadOnly;
    this.#descriptor = file.descriptor;
    this.#woken = woken;
  }

  submit(request: BlockRequest): boolean {
    checkRequest(this, request);
    if (this.#underWay + this.#ended.length === QUEUE) return false;
    this.#underWay++;
    request.failure = undefined;
    if (request.operation === 'flush') {
      fdatasync(this.#descriptor, (error) => {
        this.#end(request, error?.message);
        this.#woken();
      });
    } else {
      this.#end(request, this.#move(request));
    }
    return true;
  }

  complete(): BlockRequest | undefined {
    return this.#ended.shift();
  }

  /** Reads or writes all of `request`: the system may do less at a time than it was asked for. */
  #move({ operation, block, bytes }: BlockRequest): string | undefined {
    const file = this.#descriptor;
    try {
      for (let done = 0; done < bytes.length; ) {
        const position = block * this.blockSize + done;
        const left = bytes.length - done;
        const count =
          operation === 'read'
            ? readSync(file, bytes, done, left, position)
            : writeSync(file, bytes, done, left, position);
        if (count === 0) return 'the file has become shorter';
        done += count;
      }
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #end(request: BlockRequest, failure: string | undefined): void {
    request.failure = failure;
    countRequest(this.counters, request);
    this.#underWay--;
    this.#ended.push(request);
  }
}

/** Requests at a time. */
const QUEUE = 64;
