import type { Result } from '@atoll/result/result';

/** How a driver talks to one virtio device, whatever bus it is on (virtio 1.2, section 4). */
export interface Transport {
  /** For messages: `virtio-mmio device at 0xfeb02e00`. */
  readonly place: string;
  /**
   * The interface from before version 1 (section 7.4): features of 32 bits that the device does not
   * confirm, and queues whose areas lie in whole pages, one behind the other.
   */
  readonly isLegacy: boolean;

  readStatus(): number;
  writeStatus(status: number): void;
  /** Feature bits 0 to 31 for `word` 0, 32 to 63 for `word` 1. */
  readFeatures(word: 0 | 1): number;
  writeFeatures(word: 0 | 1, bits: number): void;
  /** One byte of what the device's type defines. */
  readConfiguration(offset: number): number;

  /** The most entries that queue number `queue` may have; 0 when there is no such queue. */
  queueCapacity(queue: number): number;
  startQueue(queue: number, size: number, areas: QueueAreas): Result<void>;
  /** Says that the queue has new entries. */
  notify(queue: number): void;
  /** Makes sure that the next interrupt of the device ends a sleep. */
  acknowledge(): void;
}

/** The little-endian number of `size` bytes at `offset`; not exact from 2^53 on. */
export function readConfiguration(transport: Transport, offset: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + transport.readConfiguration(offset + i);
  return value;
}

/** The three areas of a split virtqueue, as physical addresses (section 2.7). */
export interface QueueAreas {
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
}

/** Types of devices (section 5). */
export const NETWORK_DEVICE = 1;
export const BLOCK_DEVICE = 2;
export const ENTROPY_DEVICE = 4;
