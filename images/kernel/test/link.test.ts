import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeSnapshot } from '@atoll/engine/snapshot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkImage } from '../src/link.ts';

/** A note of owner "Atoll", type 1, with the text "test" for its contents. */
const NOTE = Buffer.from(
  '0600000004000000010000004174 6f6c6c0000007465 7374'.replaceAll(' ', ''),
  'hex',
);

let folder: string;
let image: Buffer;
let sizes: Record<string, number>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atoll-link-test-'));
  const output = join(folder, 'image');
  const snapshot = await takeSnapshot('() => host.write("linked")', 'test.js');
  ({ sizes } = await linkImage({ platform: 'unix', snapshot, sources: [], note: NOTE, output }));
  image = readFileSync(output);
});
afterAll(() => rm(folder, { recursive: true }));

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly start: number;
  readonly end: number;
}

function segments(): Segment[] {
  const table = Number(image.readBigUInt64LE(32));
  return Array.from({ length: image.readUInt16LE(56) }, (_, index) => {
    const at = table + index * image.readUInt16LE(54);
    const start = Number(image.readBigUInt64LE(at + 16));
    return {
      type: image.readUInt32LE(at),
      flags: image.readUInt32LE(at + 4),
      start,
      end: start + Number(image.readBigUInt64LE(at + 40)),
    };
  });
}

describe('an image', () => {
  it('has code, constants and data in three segments, none of them writable code', () => {
    const loaded = segments().filter(({ type }) => type === 1);
    expect(loaded.map(({ flags }) => flags)).toEqual([5, 4, 6]);
    expect(loaded[0].start).toBe(0x100000);
    for (let i = 1; i < loaded.length; i++) {
      expect(loaded[i].start).toBe(Math.ceil(loaded[i - 1].end / 4096) * 4096);
    }
    expect(loaded[2].end).toBeLessThan(0x480000 - 4096);
  });

  it('holds its note', () => {
    expect(segments().filter(({ type }) => type === 4)).toHaveLength(1);
    expect(image.includes(NOTE)).toBe(true);
  });

  it('is the same when it is linked again, elsewhere', async () => {
    const output = join(folder, 'again');
    const snapshot = await takeSnapshot('() => host.write("linked")', 'test.js');
    await linkImage({ platform: 'unix', snapshot, sources: [], note: NOTE, output });
    expect(readFileSync(output).equals(image)).toBe(true);
    expect(image.includes(folder)).toBe(false);
    expect(image.includes(import.meta.dirname)).toBe(false);
  });

  it('knows what its bytes are for', () => {
    const sum = Object.values(sizes).reduce((total, size) => total + size, 0);
    expect(Object.keys(sizes).sort()).toEqual(['engine', 'kernel', 'libbearssl', 'snapshot']);
    expect(sum).toBeGreaterThan(image.length * 0.95);
    expect(sum).toBeLessThan(image.length);
  });
});

it('a syntax error names the file and the line', async () => {
  await expect(takeSnapshot('let a = 1;\nlet b = ;', 'bundle.js')).rejects.toThrow(
    /SyntaxError.*bundle\.js:2/s,
  );
});
