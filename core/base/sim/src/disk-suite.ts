import type { BlockDevice, BlockRequest } from '@atoll/device/block';
import { BLOCK_REQUEST_BYTES, MAX_BLOCK_SIZE, MIN_BLOCK_SIZE } from '@atoll/device/block';
import type { Random } from './random.ts';

/**
 * What every block device must do, for all of them: on Node.js, in images, simulated. It overwrites the
 * disk, and in the end each byte of block `n` is {@link mark}`(n)`; of a read-only disk it expects just that.
 *
 * It is a generator, so that it runs in whatever loop there is: it yields whenever the disk has to do
 * something first, and throws when the disk did what it must not do.
 */
export function* exerciseDisk(disk: BlockDevice, random: Random): Generator<undefined, void> {
  const exercise = new Exercise(disk);
  exercise.checkGeometry();
  exercise.checkMisuse();
  if (!disk.isReadOnly) {
    yield* exercise.readsWhatWasWritten();
    yield* exercise.keepsNeighbours();
    yield* exercise.fillsItsQueue();
    yield* exercise.followsModel(random);
    yield* exercise.writeMarks();
  }
  yield* exercise.checkMarks();
  exercise.checkCounters();
}

/** What every byte of block `number` is in the end. */
export function mark(number: number): number {
  return (number * 7 + 3) % 251;
}

class Exercise {
  readonly #disk: BlockDevice;
  /** What the counters must say. */
  readonly #expected = { reads: 0, readBytes: 0, writes: 0, writtenBytes: 0, flushes: 0 };

  constructor(disk: BlockDevice) {
    this.#disk = disk;
  }

  checkGeometry(): void {
    const { blockSize, blockCount } = this.#disk;
    const isPower = Number.isInteger(Math.log2(blockSize));
    assert(isPower && blockSize >= MIN_BLOCK_SIZE && blockSize <= MAX_BLOCK_SIZE, 'block size');
    assert(Number.isSafeInteger(blockCount * blockSize) && blockCount > 0, 'block count');
    assert(this.#disk.complete() === undefined, 'nothing was submitted, and something ended');
  }

  checkMisuse(): void {
    const { blockSize, blockCount, isReadOnly } = this.#disk;
    const wrong: BlockRequest[] = [
      requestOf('read', 0, 0),
      requestOf('read', 0, blockSize + 1),
      requestOf('read', 0, BLOCK_REQUEST_BYTES + blockSize),
      requestOf('read', blockCount, blockSize),
      requestOf('read', blockCount - 1, 2 * blockSize),
      requestOf('read', -1, blockSize),
      requestOf('read', 0.5, blockSize),
      requestOf('flush', 0, blockSize),
      requestOf('persist', 0, blockSize + 1),
      requestOf('persist', blockCount, blockSize),
      ...(isReadOnly ? [requestOf('write', 0, blockSize), requestOf('persist', 0, blockSize)] : []),
    ];
    for (const request of wrong) {
      assert(
        throws(() => this.#disk.submit(request)),
        `${describe(request)} is misuse`,
      );
    }
    assert(this.#disk.complete() === undefined, 'misuse ended as if it were a request');
  }

  /** One block, the last one, and as many as one request can have. */
  *readsWhatWasWritten(): Generator<undefined, void> {
    const { blockCount } = this.#disk;
    const most = Math.min(this.#mostBlocks, blockCount);
    const places = [
      { block: 0, count: 1 },
      { block: blockCount - 1, count: 1 },
      { block: blockCount - most, count: most },
    ];
    for (const [index, { block, count }] of places.entries()) {
      const bytes = numbered(count * this.#disk.blockSize, index);
      yield* this.#do({ operation: 'write', block, bytes, failure: undefined });
      yield* this.#do(requestOf('flush', 0, 0));
      yield* this.#expect(block, bytes);
      const persisted = numbered(count * this.#disk.blockSize, index + places.length);
      yield* this.#do({ operation: 'persist', block, bytes: persisted, failure: undefined });
      yield* this.#expect(block, persisted);
    }
  }

  /** Where one way to write follows another in the same place, and beside it. */
  *keepsNeighbours(): Generator<undefined, void> {
    const { blockSize, blockCount } = this.#disk;
    if (blockCount < 3) return;
    const block = Math.floor((blockCount - 3) / 2);
    const model = numbered(3 * blockSize, 11);
    yield* this.#do({ operation: 'write', block, bytes: model.slice(), failure: undefined });
    for (const [at, operation] of NEIGHBOURS.entries()) {
      const bytes = numbered(blockSize, 12 + at);
      const place = 1 + (at % 2);
      yield* this.#do({ operation, block: block + place, bytes, failure: undefined });
      model.set(bytes, place * blockSize);
      yield* this.#expect(block, model);
    }
  }

  /** As many as it takes at a time: each ends once, as itself. */
  *fillsItsQueue(): Generator<undefined, void> {
    const { blockSize, blockCount } = this.#disk;
    const underWay = new Set<BlockRequest>();
    for (let count = 0; count < MOST_REQUESTS; count++) {
      const block = count % blockCount;
      const operation = count < blockCount ? 'write' : 'flush';
      const request: BlockRequest = {
        operation,
        block: operation === 'flush' ? 0 : block,
        bytes: operation === 'flush' ? new Uint8Array(0) : numbered(blockSize, block),
        failure: 'of another time',
      };
      if (!this.#disk.submit(request)) break;
      underWay.add(request);
    }
    const written = Math.min(underWay.size, blockCount);
    assert(written > 0, 'a disk that has nothing to do takes no request');
    while (underWay.size > 0) this.#count(yield* this.#next(underWay));
    for (let block = 0; block < written; block++) {
      yield* this.#expect(block, numbered(blockSize, block));
    }
  }

  /** Whatever the order of reads and writes, the disk is an array of bytes. */
  *followsModel(random: Random): Generator<undefined, void> {
    const { blockSize } = this.#disk;
    const blocks = Math.min(this.#disk.blockCount, 64);
    const model = numbered(blocks * blockSize, 5);
    yield* this.#do({ operation: 'write', block: 0, bytes: model.slice(), failure: undefined });
    const underWay = new Set<BlockRequest>();
    const busy = new Set<number>();
    for (let round = 0; round < ROUNDS; round++) {
      const count = 1 + random.below(Math.min(8, blocks));
      const block = random.below(blocks - count + 1);
      const touched = Array.from({ length: count }, (_, index) => block + index);
      // Requests that overlap have no defined order.
      if (touched.some((number) => busy.has(number))) {
        yield* this.#settleOne(underWay, busy, model);
        continue;
      }
      const operation = random.pick(['read', 'write', 'persist', 'flush'] as const);
      const isFlush = operation === 'flush';
      const request = requestOf(operation, isFlush ? 0 : block, isFlush ? 0 : count * blockSize);
      if (isWrite(request)) request.bytes.set(numbered(request.bytes.length, round));
      if (!this.#disk.submit(request)) {
        yield* this.#settleOne(underWay, busy, model);
        continue;
      }
      underWay.add(request);
      if (!isFlush) for (const number of touched) busy.add(number);
    }
    while (underWay.size > 0) yield* this.#settleOne(underWay, busy, model);
    yield* this.#expect(0, model);
  }

  *writeMarks(): Generator<undefined, void> {
    yield* this.#eachPiece(function* (exercise, block, bytes) {
      yield* exercise.#do({ operation: 'write', block, bytes, failure: undefined });
    });
    yield* this.#do(requestOf('flush', 0, 0));
  }

  *checkMarks(): Generator<undefined, void> {
    yield* this.#eachPiece((exercise, block, bytes) => exercise.#expect(block, bytes));
  }

  checkCounters(): void {
    const { counters } = this.#disk;
    for (const [name, value] of Object.entries({ ...this.#expected, failures: 0 })) {
      const counted = counters[name as keyof typeof counters];
      assert(counted === value, `${name}: ${counted} were counted, not ${value}`);
    }
  }

  get #mostBlocks(): number {
    return BLOCK_REQUEST_BYTES / this.#disk.blockSize;
  }

  /** Calls `body` with each part of the disk that one request can have, and its marks. */
  *#eachPiece(
    body: (exercise: Exercise, block: number, bytes: Uint8Array) => Generator<undefined, void>,
  ): Generator<undefined, void> {
    const { blockSize, blockCount } = this.#disk;
    for (let block = 0; block < blockCount; block += this.#mostBlocks) {
      const count = Math.min(this.#mostBlocks, blockCount - block);
      const bytes = new Uint8Array(count * blockSize);
      for (let index = 0; index < count; index++) {
        bytes.fill(mark(block + index), index * blockSize, (index + 1) * blockSize);
      }
      yield* body(this, block, bytes);
    }
  }

  *#expect(block: number, bytes: Uint8Array): Generator<undefined, void> {
    const read = requestOf('read', block, bytes.length);
    yield* this.#do(read);
    const wrong = difference(read.bytes, bytes);
    const what = `byte ${wrong} from block ${block} on is ${read.bytes[wrong]}`;
    assert(wrong < 0, `${what} instead of ${bytes[wrong]}`);
  }

  /** Waits for one of `underWay`, which frees the blocks in `busy`; what was written is in `model` then. */
  *#settleOne(
    underWay: Set<BlockRequest>,
    busy: Set<number>,
    model: Uint8Array,
  ): Generator<undefined, void> {
    const { blockSize } = this.#disk;
    const request = yield* this.#next(underWay);
    this.#count(request);
    const { operation, block, bytes } = request;
    const there = model.subarray(block * blockSize, block * blockSize + bytes.length);
    if (operation === 'read') {
      assert(difference(bytes, there) < 0, `${describe(request)}: it is not what was written`);
    }
    if (isWrite(request)) there.set(bytes);
    for (let at = 0; at < bytes.length / blockSize; at++) busy.delete(block + at);
  }

  *#do(request: BlockRequest): Generator<undefined, void> {
    while (!this.#disk.submit(request)) yield undefined;
    this.#count(yield* this.#next(new Set([request])));
  }

  /** The next of `underWay` to end, taken out of there. */
  *#next(underWay: Set<BlockRequest>): Generator<undefined, BlockRequest> {
    for (;;) {
      const ended = this.#disk.complete();
      if (ended === undefined) {
        yield undefined;
        continue;
      }
      assert(underWay.delete(ended), `${describe(ended)} ended, and was not under way`);
      assert(ended.failure === undefined, `${describe(ended)} failed: ${ended.failure}`);
      return ended;
    }
  }

  #count(request: BlockRequest): void {
    const { operation, bytes } = request;
    if (operation === 'flush') this.#expected.flushes++;
    if (operation === 'read') this.#expected.reads++;
    if (operation === 'read') this.#expected.readBytes += bytes.length;
    if (isWrite(request)) this.#expected.writes++;
    if (isWrite(request)) this.#expected.writtenBytes += bytes.length;
  }
}

function isWrite({ operation }: BlockRequest): boolean {
  return operation === 'write' || operation === 'persist';
}

function requestOf(
  operation: BlockRequest['operation'],
  block: number,
  length: number,
): BlockRequest {
  return { operation, block, bytes: new Uint8Array(length), failure: undefined };
}

/** Sectors that are told from those of another `seed`, and from each other; quickly made. */
function numbered(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const sector = new Uint8Array(MIN_BLOCK_SIZE).map((_, at) => at * 3 + seed * 17);
  for (let at = 0; at < length; at += sector.length) {
    sector[0] = at >>> 9;
    sector[1] = at >>> 17;
    bytes.set(sector, at);
  }
  return bytes;
}

/** Where `one` and `other`, of one length, begin to differ; -1 when they do not. Whole sectors, by words. */
function difference(one: Uint8Array, other: Uint8Array): number {
  const left = new Uint32Array(one.buffer, one.byteOffset, one.length / 4);
  const right = new Uint32Array(other.buffer, other.byteOffset, other.length / 4);
  for (let at = 0; at < left.length; at++) {
    if (left[at] !== right[at]) return one.findIndex((byte, index) => byte !== other[index]);
  }
  return -1;
}

function describe({ operation, block, bytes }: BlockRequest): string {
  return `${operation} of ${bytes.length} bytes from block ${block} on`;
}

function throws(body: () => unknown): boolean {
  try {
    body();
    return false;
  } catch {
    return true;
  }
}

function assert(isTrue: boolean, message: string): asserts isTrue {
  if (!isTrue) throw new Error(message);
}

/** More than any queue holds. */
const MOST_REQUESTS = 1000;

/** What follows a write of three blocks, to the second of them and the third in turn. */
const NEIGHBOURS = ['write', 'persist', 'persist', 'write', 'write', 'persist'] as const;

/** Steps of the random workload. */
const ROUNDS = 300;
