import { expect as unwrap } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import { nameOctets, ROOT } from '../src/name.ts';
import { emitMessage, parseMessage, peekHeader } from '../src/packet.ts';
import { CLASS, TYPE } from '../src/type.ts';
import { address, failureOf, hex, n, QUERY, QUESTION, queryBytes } from './query.ts';

describe('a hostile message', () => {
  it.each([
    ['a pointer to itself', '0000 0000 0001', 'c01d 0001 0001 00000000 0000'],
    ['a pointer forward', '0000 0000 0001', 'c0ff 0001 0001 00000000 0000'],
    ['a pointer into its own labels', '0000 0000 0001', '0161c01e 0001 0001 00000000 0000'],
    ['a pointer into the header', '0000 0000 0001', 'c002 0001 0001 00000000 0000'],
    ['half a pointer', '0000 0000 0001', 'c0'],
    ['a label of type 01', '0000 0000 0001', '4161 00 0001 0001 00000000 0000'],
    ['a label of type 10', '0000 0000 0001', '8161 00 0001 0001 00000000 0000'],
    ['a count that lies', '0000 0000 0002', '00 0010 0001 00000000 0002 0161'],
    ['data cut short', '0001 0000 0000', 'c00c 0001 0001 00000000 0004 c00002'],
    ['an address of 3 octets', '0001 0000 0000', 'c00c 0001 0001 00000000 0003 c00002'],
    ['an IPv6 address of 4 octets', '0001 0000 0000', 'c00c 001c 0001 00000000 0004 c0000201'],
    ['an empty address', '0001 0000 0000', 'c00c 0001 0001 00000000 0000'],
    ['a name that ends behind its data', '0001 0000 0000', 'c00c 0005 0001 00000000 0001 c00c'],
    ['a name that ends before its data', '0001 0000 0000', 'c00c 0005 0001 00000000 0003 c00c00'],
    ['an SOA of one name', '0001 0000 0000', 'c00c 0006 0001 00000000 0002 c00c'],
    ['an SOA without numbers', '0001 0000 0000', 'c00c 0006 0001 00000000 0004 c00c c00c'],
    ['an empty NS', '0001 0000 0000', 'c00c 0002 0001 00000000 0000'],
    ['NAPTR strings that run away', '0001 0000 0000', 'c00c 0023 0001 00000000 0005 00000000ff'],
  ])('with %s is refused, its question readable', (_, counts, rest) => {
    const failure = failureOf(queryBytes(counts, rest));
    expect(failure.blame).toBe('peer');
    expect(failure.readable).toEqual(QUERY);
  });

  it('with two questions is refused without any (RFC 9619)', () => {
    const failure = failureOf(hex(`1a2b 0100 0002 0000 0000 0000 ${QUESTION} ${QUESTION}`));
    expect(failure.readable).toEqual({ ...QUERY, questions: [] });
  });

  it('without a whole header is met with silence', () => {
    expect(failureOf(new Uint8Array(11)).readable).toBeUndefined();
    expect(peekHeader(new Uint8Array(11))).toBeUndefined();
  });

  it('has names of 255 octets at most, pointers followed', () => {
    const label = `3f${'61'.repeat(63)}`;
    // 3 labels of 64 octets, then 62 octets and the root, then a pointer to it behind one more label.
    const long = `${label.repeat(3)} 3d ${'61'.repeat(61)} 00`;
    const header = '1a2b 0100 0001 0001 0000 0000';
    const rest = '0001 0001';
    const data = '0001 0001 00000000 0004 00000000';
    expect(parseMessage(hex(`${header} ${long} ${rest} c00c ${data}`)).ok).toBe(true);
    expect(parseMessage(hex(`${header} ${long} ${rest} 0161c00c ${data}`)).ok).toBe(false);
    const longer = long.replace('3d', '3e61');
    expect(parseMessage(hex(`${header} ${longer} ${rest} c00c ${data}`)).ok).toBe(false);
  });

  it('may have its labels hold any octet', () => {
    const bytes = hex('1a2b 0100 0001 0000 0000 0000 05002ec05cff00 0001 0001');
    expect(unwrap(parseMessage(bytes)).questions[0].name).toBe('\x05\0.\xc0\\\xff\0');
  });

  it('is refused or read in every truncation, and the question is readable once it is there', () => {
    const answers = [
      address('www.example', 1),
      { ...address('x', 0), type: TYPE.NS, data: nameOctets(n('y.x')) },
    ];
    const bytes = emitMessage({ ...QUERY, answers });
    for (let length = 0; length < bytes.length; length++) {
      const failure = failureOf(bytes.subarray(0, length));
      expect(failure.readable?.questions).toEqual(
        length < 12 ? undefined : length < 29 ? [] : QUERY.questions,
      );
    }
  });

  it('is read in time linear to its length when pointers make a chain', () => {
    // Opaque data full of pointers, each to the one before; then names that each enter it elsewhere.
    const chain = 7000;
    const names = 3000;
    const start = 12 + 11;
    const bytes = new Uint8Array(start + chain * 2 + names * 12);
    const view = new DataView(bytes.buffer);
    view.setUint16(6, names + 1);
    view.setUint16(13, TYPE.NULL);
    view.setUint16(15, CLASS.IN);
    view.setUint16(21, chain * 2);
    for (let at = 2; at < chain * 2; at += 2) view.setUint16(start + at, 0xc000 | (start + at - 2));
    for (let index = 0; index < names; index++) {
      const at = start + chain * 2 + index * 12;
      view.setUint16(at, 0xc000 | (start + 2 * (index + 1)));
      view.setUint16(at + 2, TYPE.NULL);
      view.setUint16(at + 4, CLASS.IN);
    }
    // Entered in order every step is known already, so the whole chain is good.
    const read = unwrap(parseMessage(bytes));
    expect(read.answers).toHaveLength(names + 1);
    expect(read.answers[names].name).toBe(ROOT);
    // Entered at its far end the chain has too many pointers.
    view.setUint16(start + chain * 2, 0xc000 | (start + chain * 2 - 2));
    expect(failureOf(bytes).reason).toBe('bad record');
  });
});
