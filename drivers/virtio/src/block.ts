import type { BlockGeometry } from '@atoll/device/block';
import { MAX_BLOCK_SIZE, MIN_BLOCK_SIZE } from '@atoll/device/block';
import type { Allocate } from '@atoll/device/frame';
import type { Host } from '@atoll/device/host';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { BlockQueue } from './block-queue.ts';
import { openBlockQueue, REQUEST } from './block-queue.ts';
import { BLOCK, BLOCK_FEATURES } from './features.ts';
import { FEATURE, negotiate, start } from './negotiate.ts';
import { NOTHING } from './queue.ts';
import type { Transport } from './transport.ts';
import { readConfiguration } from './transport.ts';

/** A block device of the machine before it has a name of ours. */
export interface FoundDisk {
  readonly transport: Transport;
  readonly queue: BlockQueue;
  readonly geometry: Omit<BlockGeometry, 'name'>;
  /** The most bytes that one request may move: whole blocks. */
  readonly requestBytes: number;
  /** What the machine's owner called it; empty when it has no serial number. */
  readonly serial: string;
}

/** Makes a block device (virtio 1.2, section 5.2) ready, and asks for its serial number. */
export function openBlock(host: Host, transport: Transport, allocate: Allocate): Result<FoundDisk> {
  const agreed = negotiate(transport, (isOffered) => BLOCK_FEATURES.filter(isOffered));
  if (!agreed.ok) return agreed;
  const features = agreed.value;
  const geometry = readGeometry(transport, features);
  if (!geometry.ok) return misconfigured(`the ${transport.place} ${geometry.error.reason}`);
  const { blockSize } = geometry.value;
  const most = features.has(BLOCK.sizeMax) ? readConfiguration(transport, SIZE_MAX, 4) : NO_LIMIT;
  const requestBytes = most - (most % blockSize);
  if (requestBytes === 0) {
    return misconfigured(`the ${transport.place} takes ${most} bytes, less than a block`);
  }
  const queue = openBlockQueue(host, transport, allocate, features.has(FEATURE.eventIndex));
  if (!queue.ok) return queue;
  start(transport);
  const serial = readSerial(host, transport, queue.value, allocate);
  if (!serial.ok) return serial;
  const found = { transport, queue: queue.value, geometry: geometry.value, requestBytes };
  return ok({ ...found, serial: serial.value });
}

/** The size of the disk in units of {@link SECTOR}; it may change while it is read. */
export function readCapacity(transport: Transport): number {
  let capacity = readConfiguration(transport, CAPACITY, 8);
  for (let tries = 0; tries < CAPACITY_TRIES; tries++) {
    const again = readConfiguration(transport, CAPACITY, 8);
    if (again === capacity) break;
    capacity = again;
  }
  return capacity;
}

/** The unit of sector numbers, whatever the size of a block. */
export const SECTOR = 512;

function readGeometry(
  transport: Transport,
  features: ReadonlySet<number>,
): Result<FoundDisk['geometry']> {
  const blockSize = features.has(BLOCK.blockSize)
    ? readConfiguration(transport, BLOCK_SIZE, 4)
    : SECTOR;
  const isPower = Number.isInteger(Math.log2(blockSize));
  if (!isPower || blockSize < MIN_BLOCK_SIZE || blockSize > MAX_BLOCK_SIZE) {
    return misconfigured(`has blocks of ${blockSize} bytes, not of 512, 1024, 2048 or 4096`);
  }
  const sectors = readCapacity(transport);
  const blockCount = Math.floor((sectors * SECTOR) / blockSize);
  if (blockCount === 0) return misconfigured('has no blocks');
  if (!Number.isSafeInteger(sectors * SECTOR)) {
    return misconfigured(`claims to have ${sectors} sectors`);
  }
  return ok({
    blockSize,
    blockCount,
    isReadOnly: features.has(BLOCK.readOnly),
    // Section 5.2.6.2: without a flush nothing is ever known to be on the medium.
    durability: features.has(BLOCK.flush) ? 'power' : 'program',
  });
}

/** Asks for the serial number, before anybody else uses the queue; a device may have none. */
function readSerial(
  host: Host,
  transport: Transport,
  queue: BlockQueue,
  allocate: Allocate,
): Result<string> {
  const { address, bytes } = allocate(SERIAL_LENGTH);
  const physical = host.physical(address);
  queue.start(REQUEST.serial, 0, { physical, length: SERIAL_LENGTH, isWritten: true });
  queue.flush();
  const deadline = host.monotonic() + PATIENCE_MS;
  while (queue.take() === NOTHING) {
    if (queue.broken || host.monotonic() > deadline) {
      transport.writeStatus(0);
      return misconfigured(`the ${transport.place} does not answer`);
    }
  }
  // A device that gives fewer bytes than the whole field fails, but no device is known to do so.
  if (queue.failure !== undefined) return ok('');
  const end = bytes.indexOf(0);
  const used = bytes.slice(0, end < 0 ? SERIAL_LENGTH : end);
  // Text for comparison and messages: what does not print does not match a name.
  return ok(String.fromCharCode(...used.map((byte) => (byte > 0x20 && byte < 0x7f ? byte : 0x3f))));
}

const SERIAL_LENGTH = 20;

/** No medium is touched for a serial number, but the host may be busy. */
const PATIENCE_MS = 2000;

/** Offsets in the configuration (section 5.2.4). */
const CAPACITY = 0;
const SIZE_MAX = 8;
const BLOCK_SIZE = 20;

const CAPACITY_TRIES = 8;
const NO_LIMIT = 0x4000_0000;
