import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeFrame } from '../src/describe.ts';

const CAPTURES = join(import.meta.dirname, '../../../../../shared/data/charrua');

/** The frames of a classic little-endian capture file. */
function* framesOf(file: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  for (let at = 24; at < file.length; ) {
    const length = view.getUint32(at + 8, true);
    yield file.slice(at + 16, at + 16 + length);
    at += 16 + length;
  }
}

const REQUEST = '0.0.0.0 > 255.255.255.255 UDP 68 > 67';

describe.each([
  ['dhcp.pcap', [`${REQUEST} length 300`, '192.168.8.1 > 192.168.8.20 UDP 67 > 68 length 300']],
  // Its server left the checksum of the IPv4 header to the network card, which came after the capture.
  ['dhcp2.pcap', [`${REQUEST} length 272`, 'the checksum of the IPv4 header is wrong']],
])('the frames of %s', (name, expected) => {
  const path = join(CAPTURES, name);

  it.skipIf(!existsSync(path))(`are understood (needs ../shared/data/charrua/${name})`, () => {
    const lines = new Set<string>();
    for (const frame of framesOf(readFileSync(path))) lines.add(describeFrame(frame, frame.length));
    expect([...lines]).toEqual(expected);
  });
});
