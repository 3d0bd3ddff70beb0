import { fdatasync, read, write } from 'node:fs';
import type { BlockCounters, BlockDevice, BlockRequest, Durability } from '@atoll/device/block';
import { checkRequest, countRequest, zeroBlockCounters } from '@atoll/device/block';
import type { DiskFile } from './disk-file.ts';

/**
 * A block device over a file. Requests go to the threads of Node.js, and `woken` is called when one has
 * ended. A flush is fdatasync.
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
      fdatasync(this.#descriptor, (error) => this.#end(request, error?.message));
    } else {
      this.#move(request, 0);
    }
    return true;
  }

  complete(): BlockRequest | undefined {
    return this.#ended.shift();
  }

  /** Reads or writes the bytes from `start` on: the system may do less than it was asked for. */
  #move(request: BlockRequest, start: number): void {
    const { operation, block, bytes } = request;
    const position = block * this.blockSize + start;
    const left = bytes.length - start;
    const moved = (error: Error | null, count: number) => {
      if (error !== null) this.#end(request, error.message);
      else if (count === 0) this.#end(request, 'the file has become shorter');
      else if (count < left) this.#move(request, start + count);
      else this.#end(request, undefined);
    };
    if (operation === 'read') read(this.#descriptor, bytes, start, left, position, moved);
    else write(this.#descriptor, bytes, start, left, position, moved);
  }

  #end(request: BlockRequest, failure: string | undefined): void {
    request.failure = failure;
    countRequest(this.counters, request);
    this.#underWay--;
    this.#ended.push(request);
    this.#woken();
  }
}

/** Requests at a time; Node.js has four threads for all files. */
const QUEUE = 64;
