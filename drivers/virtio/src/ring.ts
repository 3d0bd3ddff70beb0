import type { Allocate } from '@atoll/device/frame';
import type { HeadedFrame } from '@atoll/device/frame-header';
import { FRAME_HEADER_LENGTH, FRAME_OFFSET, headedFrame } from '@atoll/device/frame-header';
import type { Host } from '@atoll/device/host';
import { FRAME_CAPACITY, LARGE_FRAME_CAPACITY } from '@atoll/device/network';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { NETWORK } from './features.ts';
import { FEATURE } from './negotiate.ts';
import type { FrameBuffers, NetworkQueue, QueueMemory } from './network-queue.ts';
import { allocateQueue, stateBytes } from './queue.ts';
import { queueSize, startQueue } from './start-queue.ts';
import type { Transport } from './transport.ts';

/** Where queues and buffers are, and who works on them. */
export interface RingMemory {
  readonly allocate: Allocate;
  readonly createQueue: (memory: QueueMemory, buffers: FrameBuffers) => NetworkQueue;
}

/** Opens the queue on which frames arrive. */
export function openReceiving(
  host: Host,
  transport: Transport,
  memory: RingMemory,
  features: ReadonlySet<number>,
): Result<NetworkQueue> {
  const { allocate } = memory;
  const hasHeaders = features.has(NETWORK.guestChecksum);
  return openQueue(host, transport, memory, RECEIVE, features, (size) => ({
    frames: createFrames(allocate, size, FRAME_CAPACITY),
    joined: features.has(NETWORK.mergeable)
      ? createFrames(allocate, 1, LARGE_FRAME_CAPACITY)[0]
      : undefined,
    hasHeaders,
  }));
}

/** Opens the queue on which frames leave: where segments are cut, its first {@link largeCount} are large. */
export function openSending(
  host: Host,
  transport: Transport,
  memory: RingMemory,
  features: ReadonlySet<number>,
): Result<NetworkQueue> {
  const { allocate } = memory;
  return openQueue(host, transport, memory, TRANSMIT, features, (size) => {
    const large = features.has(NETWORK.hostTso4) ? largeCount(size) : 0;
    const frames = [
      ...createFrames(allocate, large, LARGE_FRAME_CAPACITY),
      ...createFrames(allocate, size - large, FRAME_CAPACITY),
    ];
    return { frames, hasHeaders: true };
  });
}

/** How many of `size` frames to send are large: half a megabyte at most. */
function largeCount(size: number): number {
  return Math.min(8, size / 2);
}

function openQueue(
  host: Host,
  transport: Transport,
  { allocate, createQueue }: RingMemory,
  number: number,
  features: ReadonlySet<number>,
  createBuffers: (size: number) => FrameBuffers,
): Result<NetworkQueue> {
  const size = queueSize(transport, number, QUEUE_SIZE);
  if (size < 2) return misconfigured(`the ${transport.place} has no queue ${number}`);
  const shared = allocateQueue(allocate, size);
  const state = allocate(stateBytes(size));
  const buffers = createBuffers(size);
  const hasEventIndex = features.has(FEATURE.eventIndex);
  const queue = createQueue({ shared, state, size, hasEventIndex }, buffers);
  for (const [id, { frame, bytes }] of buffers.frames.entries()) {
    const physical = host.physical(frame.address - FRAME_HEADER_LENGTH);
    queue.describe(id, physical, bytes.length, number === RECEIVE);
  }
  const started = startQueue(host, transport, number, size, shared);
  return started.ok ? ok(queue) : started;
}

/** `count` frames one behind the other. */
function createFrames(allocate: Allocate, count: number, capacity: number): HeadedFrame[] {
  const stride = FRAME_OFFSET + capacity;
  const { bytes, address } = allocate(count * stride);
  return Array.from({ length: count }, (_, index) => {
    const start = index * stride;
    return headedFrame({ bytes: bytes.subarray(start, start + stride), address: address + start });
  });
}

export const RECEIVE = 0;
export const TRANSMIT = 1;

/** Entries of each queue: half a megabyte of buffers for both. The fast path has numbers up to 255. */
const QUEUE_SIZE = 128;
