import { decodeUtf8, encodeUtf8 } from '@atoll/bytes/utf8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SyslogMessage } from '../src/packet.ts';
import { emitMessage, frameMessage } from '../src/packet.ts';
import { parseMessage, parseStream } from './parse.ts';

const MESSAGE: SyslogMessage = {
  facility: 3,
  severity: 4,
  time: Date.UTC(2026, 0, 31, 23, 59, 59, 999),
  hostname: '10.0.0.2',
  appName: 'dnsvizor',
  processId: '',
  messageId: 'dns',
  data: [],
  text: '192.0.2.53 does not answer',
};

const written = (change: Partial<SyslogMessage>, longest = 2048) =>
  decodeUtf8(emitMessage({ ...MESSAGE, ...change }, longest));

describe('a message', () => {
  it('is what RFC 5424 says', () => {
    expect(written({})).toBe(
      '<28>1 2026-01-31T23:59:59.999Z 10.0.0.2 dnsvizor - dns - 192.0.2.53 does not answer',
    );
    const data = [
      { id: 'origin', parameters: { ip: '10.0.0.2', x: 'a"b\\c]d' } },
      { id: 'y', parameters: {} },
    ];
    expect(written({ data, hostname: '', messageId: '' })).toBe(
      '<28>1 2026-01-31T23:59:59.999Z - dnsvizor - - [origin ip="10.0.0.2" x="a\\"b\\\\c\\]d"][y] 192.0.2.53 does not answer',
    );
  });

  it('has the mark of UTF-8 only when it is not ASCII', () => {
    expect(parseMessage(encodeUtf8(written({})))).toMatchObject({ hasMark: false });
    expect(parseMessage(emitMessage({ ...MESSAGE, text: 'größer' }, 2048))).toMatchObject({
      hasMark: true,
      text: 'größer',
    });
  });

  it('cannot be made to look like two', () => {
    const text = 'name\n<0>1 2026-01-31T23:59:59.999Z evil\0\r\x7f\x85';
    expect(written({ text })).toMatch(/name\\x0a<0>1 2026.* evil\\x00\\x0d\\x7f\\x85$/);
    const hostname = 'a b\nc';
    expect(written({ hostname })).toContain('Z a_b_c dnsvizor ');
  });

  it('is cut off between two characters', () => {
    const whole = emitMessage({ ...MESSAGE, text: 'ä€😀' }, 2048);
    const lengths = new Set<string>();
    for (let longest = whole.length; longest >= whole.length - 9; longest--) {
      const cut = emitMessage({ ...MESSAGE, text: 'ä€😀' }, longest);
      expect(cut.length).toBeLessThanOrEqual(longest);
      lengths.add(parseMessage(cut).text);
    }
    expect([...lengths]).toEqual(['ä€😀', 'ä€', 'ä', '']);
  });

  it('refuses names that are none, and room for nothing', () => {
    for (const id of ['', 'a b', 'a=b', 'a]b', 'a"b', 'x'.repeat(33)]) {
      expect(() => emitMessage({ ...MESSAGE, data: [{ id, parameters: {} }] }, 2048)).toThrow(
        TypeError,
      );
    }
    expect(() => emitMessage(MESSAGE, 10)).toThrow(RangeError);
  });

  it('says what it was made of', () => {
    const printable = fc.stringMatching(/^[!-~]{0,32}$/).filter((word) => word !== '-');
    const visible = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));
    const id = fc.stringMatching(/^[a-zA-Z0-9@.]{1,32}$/);
    const message = fc.record({
      facility: fc.integer({ min: 0, max: 23 }),
      severity: fc.integer({ min: 0, max: 7 }),
      time: fc.integer({ min: 0, max: 253_402_300_799_999 }),
      ...{ hostname: printable, appName: printable, processId: printable, messageId: printable },
      data: fc.array(fc.record({ id, parameters: fc.dictionary(id, visible) }), { maxLength: 3 }),
      // A mark at the start of what is said is taken for ours.
      text: visible.filter((text) => !text.startsWith('\ufeff')),
    });
    fc.assert(
      fc.property(message, (value) => {
        const { hasMark, ...parsed } = parseMessage(emitMessage(value, 100_000));
        const data = value.data.map(({ id, parameters }) => ({
          id,
          parameters: { ...parameters },
        }));
        expect(parsed).toEqual({ ...value, data });
        expect(hasMark).toBe(/[^\0-\x7f]/.test(value.text));
      }),
    );
  });
});

it('a stream of messages comes apart into them', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 })), (messages) => {
      const octets = messages.flatMap((one) => [...frameMessage(one)]);
      expect(parseStream(Uint8Array.from(octets))).toEqual(messages);
    }),
  );
});
