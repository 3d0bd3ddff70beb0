import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalName,
  concat,
  isSubdomain,
  labelCount,
  labels,
  nameAt,
  nameOctets,
  nameText,
  parentName,
  parseName,
  ROOT,
} from '../src/name.ts';
import { name } from './arbitrary.ts';

const n = (text: string) => unwrap(parseName(text));

describe('parseName', () => {
  it('writes labels behind their lengths', () => {
    expect(n('www.example.')).toBe('\x03www\x07example\0');
    expect(n('www.example')).toBe('\x03www\x07example\0');
    expect(n('.')).toBe(ROOT);
  });

  it('knows the escapes of master files', () => {
    expect(n('a\\.b.c')).toBe('\x03a.b\x01c\0');
    expect(n('a\\046b.c')).toBe('\x03a.b\x01c\0');
    expect(n('\\000\\255')).toBe('\x02\0\xff\0');
    expect(n('\\\\')).toBe('\x01\\\0');
  });

  it.each(['', '..', '.a', 'a..b', 'a\\', 'a\\1', 'a\\12', 'a\\256', 'a\\1x3', 'ä\u0100'])(
    'refuses %j',
    (text) => {
      expect(parseName(text).ok).toBe(false);
    },
  );

  it('holds labels to 63 octets and names to 255', () => {
    const label = 'x'.repeat(63);
    expect(parseName(label).ok).toBe(true);
    expect(parseName(`${label}x`).ok).toBe(false);
    expect(parseName([label, label, label, 'x'.repeat(61)].join('.')).ok).toBe(true);
    expect(parseName([label, label, label, 'x'.repeat(62)].join('.')).ok).toBe(false);
  });
});

describe('a name', () => {
  it('survives its text', () => {
    fc.assert(
      fc.property(name, (value) => {
        expect(parseName(nameText(value))).toEqual({ ok: true, value });
      }),
    );
  });

  it('survives its octets', () => {
    fc.assert(
      fc.property(name, (value) => {
        expect(nameAt(nameOctets(value))).toBe(value);
      }),
    );
  });

  it('is printed absolute, with what is special escaped', () => {
    expect(nameText(ROOT)).toBe('.');
    expect(nameText('\x03a.b\x04 "\x7f\xe4\0')).toBe('a\\.b.\\032\\"\\127\\228.');
  });

  it('is put together again from its labels', () => {
    fc.assert(
      fc.property(name, (value) => {
        const all = labels(value);
        expect(all).toHaveLength(labelCount(value));
        const joined = all.map((label) => String.fromCharCode(label.length) + label).join('');
        expect(joined + ROOT).toBe(value);
      }),
    );
  });
});

describe('canonicalName', () => {
  it('changes ASCII letters only', () => {
    expect(canonicalName(n('WWW.ExAmple'))).toBe(n('www.example'));
    expect(canonicalName('\x03A\xc4@\0')).toBe('\x03a\xc4@\0');
  });

  it('changes nothing twice, and no length', () => {
    fc.assert(
      fc.property(name, (value) => {
        const canonical = canonicalName(value);
        expect(canonicalName(canonical)).toBe(canonical);
        expect(canonical).toHaveLength(value.length);
      }),
    );
  });
});

describe('isSubdomain', () => {
  it('is true for the name, its ancestors, and no other', () => {
    expect(isSubdomain(n('www.example.org'), n('example.org'))).toBe(true);
    expect(isSubdomain(n('www.EXAMPLE.org'), n('example.ORG'))).toBe(true);
    expect(isSubdomain(n('example.org'), n('example.org'))).toBe(true);
    expect(isSubdomain(n('example.org'), ROOT)).toBe(true);
    expect(isSubdomain(n('example.org'), n('www.example.org'))).toBe(false);
    expect(isSubdomain(n('badexample.org'), n('example.org'))).toBe(false);
  });

  it('is not fooled by a label that looks like the end of a name', () => {
    expect(isSubdomain('\x06a\x04evil\0', '\x04evil\0')).toBe(false);
  });

  it('is true for all that parentName leads to', () => {
    fc.assert(
      fc.property(name, (value) => {
        for (let at: string | undefined = value; at !== undefined; at = parentName(at)) {
          expect(isSubdomain(value, at)).toBe(true);
        }
      }),
    );
  });
});

describe('concat', () => {
  it('puts one name under another', () => {
    expect(concat(n('www'), n('example.org'))).toBe(n('www.example.org'));
    expect(concat(ROOT, ROOT)).toBe(ROOT);
  });

  it('refuses what is above 255 octets', () => {
    const half = n(`${'x'.repeat(63)}.${'y'.repeat(63)}`);
    expect(concat(half, n(`${'x'.repeat(63)}.${'y'.repeat(61)}`))).toHaveLength(255);
    expect(concat(half, half)).toBeUndefined();
  });
});
