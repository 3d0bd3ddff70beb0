import { readFileSync, writeFileSync } from 'node:fs';
import { readSolo5 } from '@atoll/kernel/solo5';
import { beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../../src/requirements.ts';
import { buildGuest, PLATFORMS, runGuest, temporary } from './guest.ts';

const DEVICES = [
  { name: 'service', type: 'network' },
  { name: 'Storage2', type: 'block' },
] as const;

const [LOAD, NOTE] = [1, 4];

/** Where the `index`-th program header of `type` lies in `image`. */
function headerOf(image: Buffer, type: number, index: number): number {
  const start = Number(image.readBigUInt64LE(32));
  const headers = Array.from({ length: image.readUInt16LE(56) }, (_, i) => start + i * 56);
  return headers.filter((at) => image.readUInt32LE(at) === type)[index];
}

describe.skipIf(lacks('cc')).each(PLATFORMS)('an image for %s', (platform) => {
  let image: Buffer;
  beforeAll(async () => {
    image = readFileSync(await buildGuest(platform, { script: '', devices: DEVICES }));
  });

  it('says what it is, first to OpenBSD, and is not to be executed', () => {
    expect(readSolo5(image)).toEqual({ platform, version: 2, devices: DEVICES });
    const first = Number(image.readBigUInt64LE(headerOf(image, NOTE, 0) + 8));
    expect(image.toString('latin1', first + 12, first + 19)).toBe('OpenBSD');
    const interpreter = Number(image.readBigUInt64LE(headerOf(image, 3, 0) + 8));
    expect(image.toString('latin1', interpreter, interpreter + 19)).toBe('/nonexistent/solo5/');
  });

  it('has pages that ascend, and none both writable and executable', () => {
    const segments = Array.from({ length: 4 }, (_, index) => headerOf(image, LOAD, index));
    expect(segments.map((at) => image.readUInt32LE(at + 4))).toEqual([5, 4, 6, 4]);
    const addresses = segments.map((at) => Number(image.readBigUInt64LE(at + 16)));
    expect(addresses).toEqual(addresses.toSorted((a, b) => a - b));
    expect(addresses[0]).toBe(0x100000);
    // The last one guards the stack.
    expect(addresses[3]).toBe(0x480000 - 4096);
  });

  /** What the tender says to the image with `bytes` at `offset` of the header in question. */
  async function complaint(at: number, bytes: string): Promise<string> {
    const broken = Buffer.from(image);
    broken.write(bytes, at, 'hex');
    const path = temporary(`broken.${platform}`);
    writeFileSync(path, broken);
    const { status, stderr } = await runGuest(path);
    expect(status).toBe(1);
    return stderr;
  }

  it.each([
    ['another magic', 0, '00', 'not ELF of 64 bits'],
    ['32 bits', 4, '01', 'not ELF of 64 bits'],
    ['big endian', 5, '02', 'not ELF of 64 bits'],
    ['relocatable', 16, '0300', 'neither relocatable nor for another CPU'],
    ['for ARM', 18, 'b700', 'neither relocatable nor for another CPU'],
    ['program headers of another size', 54, '3900', 'of the wrong version or size'],
    ['no program headers', 56, '0000', '0 program headers'],
    ['program headers elsewhere', 32, '00000000ff000000', 'program headers beyond its end'],
  ])('is refused: %s', async (_what, offset, bytes, message) => {
    expect(await complaint(offset, bytes)).toContain(message);
  });

  it.each([
    ['the name of another', NOTE, 1, 'name', 'no note of Solo5 with type 0x31494241'],
    ['an unknown target', NOTE, 1, 'target', 'for neither hvt nor spt'],
    ['another version', NOTE, 1, 'version', 'asks for version 3'],
    ['a manifest of another version', NOTE, 2, 'manifest', 'its version is not 1'],
    ['more entries than the manifest has', NOTE, 2, 'entries', 'bytes for 4 entries'],
    ['far too many entries', NOTE, 2, 'many', '65 entries'],
    ['a device that is attached', NOTE, 2, 'attached', 'service says that it is attached'],
    ['a device without a name', NOTE, 2, 'nameless', 'the name ""'],
    ['a device with an odd name', NOTE, 2, 'odd', 'the name "-ervice"'],
    ['no reserved entry', NOTE, 2, 'first', 'its first entry is not the reserved one'],
  ] as const)('is refused: %s', async (_what, type, index, place, message) => {
    const [offset, bytes] = {
      name: [12, '73'],
      target: [20, '03'],
      version: [24, '03'],
      manifest: [24, '02'],
      entries: [28, '04'],
      many: [28, '41'],
      attached: [32 + 104 + 96, '01'],
      nameless: [32 + 104, '00'],
      odd: [32 + 104, '2d'],
      first: [32 + 68, '02000000'],
    }[place] as [number, string];
    const note = Number(image.readBigUInt64LE(headerOf(image, type, index) + 8));
    expect(await complaint(note + offset, bytes)).toContain(message);
  });
});

describe.skipIf(lacks('cc')).each(PLATFORMS)('a segment of an image for %s', (platform) => {
  let image: Buffer;
  beforeAll(async () => {
    image = readFileSync(await buildGuest(platform, { script: '' }));
  });

  it.each([
    ['both writable and executable', 0, 4, '07000000', 'both writable and executable'],
    ['below 1 MiB', 0, 16, '00f00f0000000000', 'a segment below 1 MiB'],
    ['over another', 1, 16, '0000100000000000', 'overlap or do not ascend'],
    ['aligned to nothing', 0, 48, '0000000000000000', 'aligned to 0'],
    ['aligned to three', 0, 48, '0300000000000000', 'aligned to 3'],
    ['aligned to less than a page', 0, 48, '0100000000000000', 'not aligned to pages'],
    ['smaller in memory than in the file', 0, 40, '0100000000000000', 'the size of a segment'],
    ['of the largest size', 0, 40, 'ffffffffffffffff', 'the size of a segment'],
    ['beyond the memory', 3, 40, '0000000100000000', 'beyond 16 MiB of memory'],
    ['beyond the end of the file', 2, 8, '0000ff0000000000', 'a segment beyond its end'],
  ])('is refused: %s', async (_what, index, offset, bytes, message) => {
    const broken = Buffer.from(image);
    broken.write(bytes, headerOf(image, LOAD, index) + offset, 'hex');
    const path = temporary(`segment.${platform}`);
    writeFileSync(path, broken);
    const { status, stderr } = await runGuest(path);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });

  it.each([
    ['below 1 MiB', '00f00f0000000000'],
    ['beyond the memory', '0000000100000000'],
  ])('entered %s is refused', async (_where, bytes) => {
    const broken = Buffer.from(image);
    broken.write(bytes, 24, 'hex');
    const path = temporary(`entry.${platform}`);
    writeFileSync(path, broken);
    expect((await runGuest(path)).stderr).toContain('the entry is outside of memory');
  });
});
