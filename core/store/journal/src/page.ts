import type { Region } from '@atoll/device/fast';

/** Memory that a hash can see, with a view of it that writes numbers in one call. */
export interface Page extends Region {
  readonly view: DataView;
}

export function pageOf({ bytes, address }: Region): Page {
  return { bytes, address, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** A whole number below 2^53; above it, what is read is not exact. */
export function getU64(view: DataView, at: number): number {
  return view.getUint32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
}

/** Writes a whole number below 2^53 in 64 bits, big-endian. */
export function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value / 0x1_0000_0000);
  view.setUint32(at + 4, value);
}
