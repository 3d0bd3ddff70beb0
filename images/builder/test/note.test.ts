import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeNotes, encodeNote, readElfNote } from '../src/note.ts';

/** A note of somebody else: name "Xen\0", type 18, four bytes. */
const FOREIGN = Uint8Array.of(4, 0, 0, 0, 4, 0, 0, 0, 18, 0, 0, 0, 0x58, 0x65, 0x6e, 0, 1, 2, 3, 4);

describe('a note', () => {
  it('gives back the text that it was made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const note = encodeNote(text);
        expect(note.length % 4).toBe(0);
        expect(decodeNotes(note)).toBe(text.toWellFormed());
      }),
    );
  });

  it('is laid out as in the System V ABI', () => {
    expect([...encodeNote('{}')]).toEqual([
      ...[6, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0],
      ...[...Buffer.from('Atoll\0\0\0')],
      ...[...Buffer.from('{}\0\0')],
    ]);
  });

  it('is found behind notes of others', () => {
    expect(decodeNotes(Buffer.concat([FOREIGN, encodeNote('ours')]))).toBe('ours');
    expect(decodeNotes(FOREIGN)).toBeUndefined();
    expect(decodeNotes(new Uint8Array())).toBeUndefined();
  });
});

describe('readElfNote', () => {
  it('finds the note by the program header', () => {
    expect(readElfNote(elfWith(encodeNote('in an image')))).toBe('in an image');
    expect(readElfNote(elfWith(FOREIGN))).toBeUndefined();
  });

  it('answers nothing for what is no ELF file', () => {
    expect(readElfNote(Buffer.from('#!/bin/sh\n'))).toBeUndefined();
    expect(readElfNote(new Uint8Array(200))).toBeUndefined();
  });

  it('answers a text or nothing for a damaged file, and never throws', () => {
    const whole = elfWith(encodeNote('in an image'));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(0xff), fc.nat(whole.length), (at, byte, end) => {
        const damaged = Buffer.from(whole.subarray(0, end));
        if (at < end) damaged[at] = byte;
        expect(['string', 'undefined']).toContain(typeof readElfNote(damaged));
      }),
      { numRuns: 3000 },
    );
  });
});

/** An ELF64 file that consists of its header, one program header of type PT_NOTE, and `note`. */
function elfWith(note: Uint8Array): Buffer {
  const file = Buffer.alloc(64 + 56 + note.length);
  file.writeUInt32BE(0x7f45_4c46, 0);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(4, 64);
  file.writeBigUInt64LE(120n, 64 + 8);
  file.writeBigUInt64LE(BigInt(note.length), 64 + 32);
  file.set(note, 120);
  return file;
}
