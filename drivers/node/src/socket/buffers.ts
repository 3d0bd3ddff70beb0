/** Long buffers that are used again: to make and to collect one takes as long as to encrypt what is in it. */
const free: Uint8Array[] = [];

/** A copy of `bytes`, at most {@link LONGEST}, for {@link giveBack} once nobody reads it any more. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length < SHORT) return bytes.slice();
  const buffer = free.pop() ?? new Uint8Array(LONGEST);
  buffer.set(bytes);
  return buffer.subarray(0, bytes.length);
}

export function giveBack({ buffer }: Uint8Array): void {
  if (buffer.byteLength === LONGEST && free.length < MOST) free.push(new Uint8Array(buffer));
}

export const LONGEST = 0x2_0000;
/** What costs less to make than to keep. */
const SHORT = 4096;
/** 2 MiB at most. */
const MOST = 16;
