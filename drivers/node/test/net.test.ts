import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createFastPaths } from '../src/fast.ts';
import { tapDevice } from '../src/net.ts';

const folder = mkdtempSync(join(tmpdir(), 'atoll-tap-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FRAME = Uint8Array.from({ length: 60 }, (_, i) => i);
/** The flag that the checksum was found to be right. */
const HEADER = [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/** A device over a file in the place of a TAP interface: what it reads is there, what it writes comes behind. */
function deviceOver(content: readonly number[], hasHeaders: boolean) {
  const file = join(folder, String(hasHeaders));
  writeFileSync(file, Uint8Array.from(content));
  const descriptor = openSync(file, 'r+');
  const tap = { descriptor, mtu: 1500, hasHeaders, whenReadable: () => {} };
  const device = tapDevice('service', 0x0200_0000_0001, tap, createFastPaths({}));
  const written = () => {
    closeSync(descriptor);
    return [...readFileSync(file)].slice(content.length);
  };
  return { device, written };
}

describe.each([true, false])('a TAP device (headers: %s)', (hasHeaders) => {
  const header = hasHeaders ? HEADER : [];

  it('receives and sends whole frames', () => {
    const { device, written } = deviceOver([...header, ...FRAME], hasHeaders);
    expect(device.offloads.segmentation).toBe(hasHeaders);
    const frame = device.receive();
    expect(frame?.bytes.slice(0, frame.length)).toEqual(FRAME);
    expect(frame?.isChecked).toBe(hasHeaders);
    expect(device.receive()).toBeUndefined();

    const out = device.transmit();
    if (out === undefined) throw new Error('there is no frame');
    out.bytes.set(FRAME);
    out.length = FRAME.length;
    device.send(out);
    expect(device.counters).toMatchObject({ receivedFrames: 1, sentFrames: 1, sentBytes: 60 });
    expect(written()).toEqual([...header.map(() => 0), ...FRAME]);
  });
});
