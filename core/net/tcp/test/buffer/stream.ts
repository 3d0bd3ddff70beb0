import { heapMemory } from '@atoll/device/frame';
import { BlockPool } from '../../src/buffer/blocks.ts';

/** The byte at `position` of the stream that buffers are tested with: it tells where it came from. */
export function streamByte(position: number): number {
  return (Math.imul(position, 0x9e37_79b1) >>> 24) & 0xff;
}

/** The bytes `[start, end)` of it. */
export function stream(start: number, end: number): Uint8Array {
  return Uint8Array.from({ length: end - start }, (_, at) => streamByte(start + at));
}

/** The same as a region with something else around it. */
export function framed(start: number, end: number): { bytes: Uint8Array; address: number } {
  const bytes = new Uint8Array(end - start + 2 * MARGIN).fill(0xee);
  bytes.set(stream(start, end), MARGIN);
  return { bytes, address: 0 };
}

export const MARGIN = 7;

export function pool(blocks: number): BlockPool {
  return new BlockPool(heapMemory, blocks * 4096);
}
