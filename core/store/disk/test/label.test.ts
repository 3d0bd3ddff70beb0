import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeLabel } from '../src/describe.ts';
import { isBlank, LABEL_LENGTH, parseLabel, regionOf, writeLabel } from '../src/label.ts';
import { labelCopyOffset, planDisk } from '../src/layout.ts';
import { checkOwner, readLabel } from '../src/read.ts';

const identity = Uint8Array.from({ length: 16 }, (_, index) => index);
const plan = { owner: 'dnsvizor', blockSize: 512, size: 0x80_0000, identity, journal: true };

function planned(options: Partial<typeof plan> = {}) {
  const label = planDisk({ ...plan, ...options });
  if (!label.ok) throw new Error(label.error.reason);
  return label.value;
}

function disk(options: Partial<typeof plan> = {}) {
  const bytes = writeLabel(planned(options));
  const { blockSize, size } = { ...plan, ...options };
  return { label: bytes, copy: bytes.slice(), blockSize, size };
}

function reason(result: { ok: true } | { ok: false; error: { reason: string } }): string {
  return result.ok ? 'none' : result.error.reason;
}

describe('the label of a disk', () => {
  it('is read as it was written', () => {
    const owners = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,66}$/);
    const sizes = fc.oneof(fc.integer({ min: 0x20_0000, max: 0x200_0000 }), fc.maxSafeNat());
    fc.assert(
      fc.property(
        owners,
        fc.constantFrom(512, 1024, 2048, 4096),
        sizes.filter((size) => size >= 0x20_0000),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.boolean(),
        (owner, blockSize, size, identity, journal) => {
          const label = planned({ owner, blockSize, size, identity, journal });
          const bytes = writeLabel(label);
          expect(bytes.length).toBe(LABEL_LENGTH);
          expect(parseLabel(bytes)).toEqual({ ok: true, value: label });
        },
      ),
    );
  });

  it('notices every flipped bit', () => {
    const bytes = writeLabel(planned());
    fc.assert(
      fc.property(fc.nat(LABEL_LENGTH * 8 - 1), (bit) => {
        const damaged = bytes.slice();
        damaged[bit >>> 3] ^= 1 << (bit & 7);
        expect(parseLabel(damaged).ok).toBe(false);
      }),
      { numRuns: 1000, examples: [[0], [8 * 8], [(LABEL_LENGTH - 1) * 8]] },
    );
  });

  it('describes itself in one line', () => {
    expect(describeLabel(planned())).toBe(
      'disk 00010203 of dnsvizor, blocks of 512: configuration 65536 bytes at 4096, journal 7340032 bytes at 1048576',
    );
  });

  it('can only be written for an owner with a proper name', () => {
    expect(() => writeLabel({ ...planned(), owner: 'a b' })).toThrow(RangeError);
    expect(() => writeLabel({ ...planned(), identity: new Uint8Array(8) })).toThrow(RangeError);
    expect(() => parseLabel(new Uint8Array(512))).toThrow(RangeError);
  });
});

describe('the layout of a disk', () => {
  it('has the configuration in the first mebibyte and the journal behind', () => {
    const label = planned();
    expect(regionOf(label, 'configuration')).toMatchObject({ offset: 4096, size: 65536 });
    expect(regionOf(label, 'journal')).toMatchObject({ offset: 0x10_0000, size: 0x70_0000 });
    expect(labelCopyOffset(plan.size)).toBe(0x10_0000 - 4096);
  });

  it('fits on a small disk without a journal', () => {
    const label = planned({ size: 20_000, journal: false });
    expect(label.regions).toEqual([{ kind: 'configuration', offset: 4096, size: 8192 }]);
    expect(labelCopyOffset(20_000)).toBe(12_288);
    expect(regionOf(label, 'journal')).toBeUndefined();
  });

  it('says how large a disk must be', () => {
    expect(reason(planDisk({ ...plan, size: 0x1f_ffff }))).toContain('expected 2097152 at least');
    expect(reason(planDisk({ ...plan, size: 8192, journal: false }))).toContain('12288 at least');
  });
});

describe('reading a label', () => {
  it('needs one of the two', () => {
    const good = disk();
    expect(readLabel(good)).toMatchObject({ ok: true, value: { damage: undefined } });
    const broken = disk();
    broken.label[100] ^= 1;
    const read = readLabel(broken);
    expect(read).toMatchObject({
      ok: true,
      value: { label: planned(), damage: 'the label: its label is damaged; its copy serves' },
    });
    broken.copy[200] ^= 1;
    expect(reason(readLabel(broken))).toBe('its label is damaged');
    good.copy.fill(0);
    expect(readLabel(good)).toMatchObject({
      value: { damage: 'the copy of the label: it is no Atoll disk' },
    });
    const other = disk({ owner: 'another' });
    expect(readLabel({ ...disk(), copy: other.label })).toMatchObject({
      value: { label: planned(), damage: 'the copy of the label says something else' },
    });
  });

  it('says what is wrong, and what to do', () => {
    const blank = new Uint8Array(LABEL_LENGTH);
    expect(isBlank(blank)).toBe(true);
    expect(reason(readLabel({ ...disk(), label: blank, copy: blank }))).toBe(
      'it is blank\n  make it one of Atoll with: atoll disk create',
    );
    const foreign = blank.slice().fill(7);
    expect(reason(readLabel({ ...disk(), label: foreign, copy: blank }))).toBe(
      'it is no Atoll disk',
    );
    const later = disk();
    later.label[9] = later.copy[9] = 2;
    expect(reason(readLabel(later))).toBe('its format has version 2, this program knows version 1');
    expect(reason(readLabel({ ...disk(), blockSize: 4096 }))).toBe(
      'it was made for blocks of 512 bytes, the device has blocks of 4096',
    );
    expect(reason(readLabel({ ...disk(), size: 0x40_0000 }))).toBe(
      'it has 4194304 bytes, but its label speaks of 8388608',
    );
    expect(reason(checkOwner(planned(), 'echo'))).toBe('it belongs to dnsvizor, not to echo');
    expect(checkOwner(planned(), 'dnsvizor').ok).toBe(true);
  });
});
