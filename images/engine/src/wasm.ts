/**
 * The WebAssembly module `wasm` without its data segments, whose memory starts as zeros (core specification 2.0,
 * section 5.5.2): for an image, where a snapshot takes their place. No instruction may refer to a segment.
 */
export function withoutData(wasm: Uint8Array): Uint8Array {
  const kept = [wasm.subarray(0, PREAMBLE)];
  for (let at = PREAMBLE; at < wasm.length; ) {
    const start = at;
    const id = wasm[at++];
    let size = 0;
    for (let shift = 0, byte = 128; byte >= 128; shift += 7) {
      byte = wasm[at++];
      size |= (byte & 127) << shift;
    }
    at += size;
    if (id !== DATA && id !== DATA_COUNT) kept.push(wasm.subarray(start, at));
  }
  return Buffer.concat(kept);
}

/** The magic number and the version. */
const PREAMBLE = 8;

const DATA = 11;
const DATA_COUNT = 12;
