import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Solo5Device, Solo5Platform } from '../src/solo5.ts';
import { MOST_DEVICES, readSolo5, solo5Sections } from '../src/solo5.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 2000);

/** An ELF file with nothing but a program header for each note. */
function fileOf(sections: Readonly<Record<string, Uint8Array>>): Buffer {
  const notes = Object.entries(sections).filter(([name]) => name.startsWith('.note'));
  const header = Buffer.alloc(64 + 56 * notes.length);
  header.write('7f454c460201', 0, 'hex');
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(notes.length, 56);
  let offset = header.length;
  for (const [index, [, note]] of notes.entries()) {
    header.writeUInt32LE(4, 64 + 56 * index);
    header.writeBigUInt64LE(BigInt(offset), 64 + 56 * index + 8);
    offset += note.length;
  }
  return Buffer.concat([header, ...notes.map(([, note]) => note)]);
}

const platforms = fc.constantFrom<Solo5Platform>('hvt', 'spt');
const devices = fc.array(
  fc.record<Solo5Device>({
    name: fc.stringMatching(/^[A-Za-z0-9]{1,67}$/),
    type: fc.constantFrom('network', 'block'),
  }),
  { maxLength: MOST_DEVICES },
);

describe('the notes of an image for Solo5', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(platforms, devices, (platform, declared) => {
        const file = fileOf(solo5Sections(platform, declared));
        expect(readSolo5(file)).toEqual({ platform, version: 2, devices: declared });
      }),
    );
  });

  it('are as long as Solo5 wants them', () => {
    const one = solo5Sections('hvt', [{ name: 'service', type: 'network' }]);
    expect(one['.note.solo5.abi']).toHaveLength(36);
    expect(one['.note.solo5.manifest']).toHaveLength(24 + 8 + 2 * 104);
    const most = Array.from({ length: MOST_DEVICES }, (_, i): Solo5Device => {
      return { name: `disk${i}`, type: 'block' };
    });
    expect(solo5Sections('hvt', most)['.note.solo5.manifest']).toHaveLength(20 + 6668);
    const tooMany: Solo5Device[] = [...most, { name: 'last', type: 'block' }];
    expect(() => solo5Sections('hvt', tooMany)).toThrow('more than 63 devices');
  });

  it.each(['', 'a-b', 'a'.repeat(68), 'ä'])('do not take the name %j', (name) => {
    expect(() => solo5Sections('spt', [{ name, type: 'block' }])).toThrow('no name for a device');
  });

  it('may be anything in a file', () => {
    const valid = fileOf(solo5Sections('spt', [{ name: 'service', type: 'network' }]));
    const change = fc.tuple(fc.nat(valid.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), fc.nat(valid.length), (changes, length) => {
        const file = Buffer.from(valid.subarray(0, length));
        for (const [at, byte] of changes) if (at < length) file[at] = byte;
        expect(readSolo5(file)?.devices.length ?? 0).toBeLessThanOrEqual(MOST_DEVICES);
      }),
      { numRuns: RUNS },
    );
  });
});
