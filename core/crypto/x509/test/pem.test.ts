import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emitPem, parsePem } from '../src/pem.ts';

const reason = (text: string) => {
  const result = parsePem(text);
  return result.ok ? result.value.map(({ label }) => label) : result.error.reason;
};

describe('PEM', () => {
  it('is read as it was written, with text around it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 })),
        fc.constantFrom('\n', '\r\n', '\r'),
        (all, end) => {
          const blocks = all.map((bytes, index) => ({ label: `BLOCK ${index}`, bytes }));
          const text = `subject: nobody\n${blocks.map(emitPem).join('\n')}`;
          const result = parsePem(text.replace(/\n/g, end));
          expect(result.ok ? result.value : []).toEqual(blocks);
        },
      ),
    );
  });

  it.each([
    ['', 'no PEM block'],
    ['-----BEGIN A-----\nAA==\n', 'the A in line 1 has no end'],
    ['-----BEGIN A-----\nAA==\n-----END B-----', 'the A in line 1 has no end'],
    ['x\n-----BEGIN A-----\nAA=\n-----END A-----', 'the A in line 2 is not Base64'],
    ['-----BEGIN A-----\nAB==\n-----END A-----', 'the A in line 1 is not Base64'],
    ['-----BEGIN A-----\nA===\n-----END A-----', 'the A in line 1 is not Base64'],
    ['-----BEGIN A-----\nAA==AAAA\n-----END A-----', 'the A in line 1 is not Base64'],
    ['-----BEGIN A-----\nA*==\n-----END A-----', 'the A in line 1 is not Base64'],
    [
      '-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAA==\n-----END A-----',
      'the A in line 1 is encrypted in the way before PKCS #8',
    ],
    ['-----BEGIN A-----\n-----END A-----', ['A']],
  ])('%j: %s', (text, expected) => {
    expect(reason(text)).toEqual(expected);
  });
});
