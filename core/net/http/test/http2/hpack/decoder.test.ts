import { fromHex } from '@atoll/bytes/hex';
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/http2/hpack/decoder.ts';

const LIMITS = { fieldBytes: 16_384, fields: 100 };

const bytesOf = (hex: string) => fromHex(hex.replaceAll(/\s/g, '')) as Uint8Array;

/** The lines of the block that `hex` is, or what is wrong with it. */
function linesOf(decoder: Decoder, hex: string): string[] | string {
  const problem = decoder.decode(bytesOf(hex));
  return problem ?? decoder.fields.map(({ name, value }) => `${name}: ${value}`);
}

const REQUESTS = [
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'],
  [
    ...[':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'],
    'cache-control: no-cache',
  ],
  [
    ...[':method: GET', ':scheme: https', ':path: /index.html', ':authority: www.example.com'],
    'custom-key: custom-value',
  ],
];
const RESPONSES = [
  [
    ...[':status: 302', 'cache-control: private', 'date: Mon, 21 Oct 2013 20:13:21 GMT'],
    'location: https://www.example.com',
  ],
  [
    ...[':status: 307', 'cache-control: private', 'date: Mon, 21 Oct 2013 20:13:21 GMT'],
    'location: https://www.example.com',
  ],
  [
    ...[':status: 200', 'cache-control: private', 'date: Mon, 21 Oct 2013 20:13:22 GMT'],
    ...['location: https://www.example.com', 'content-encoding: gzip'],
    'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
  ],
];

/** RFC 7541 appendix C; the table of its responses has 256 octets, which the first block says. */
const EXAMPLES: readonly (readonly [name: string, ...blocks: (readonly [string, string[]])[]])[] = [
  [
    'C.2.1',
    ['400a637573746f6d2d6b65790d637573746f6d2d686561646572', ['custom-key: custom-header']],
    ['be', ['custom-key: custom-header']],
  ],
  ['C.2.2', ['040c2f73616d706c652f70617468', [':path: /sample/path']]],
  ['C.2.3', ['100870617373776f726406736563726574', ['password: secret']]],
  ['C.2.4', ['82', [':method: GET']]],
  [
    'C.3',
    ['828684410f7777772e6578616d706c652e636f6d', REQUESTS[0]],
    ['828684be58086e6f2d6361636865', REQUESTS[1]],
    ['828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565', REQUESTS[2]],
  ],
  [
    'C.4',
    ['828684418cf1e3c2e5f23a6ba0ab90f4ff', REQUESTS[0]],
    ['828684be5886a8eb10649cbf', REQUESTS[1]],
    ['828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf', REQUESTS[2]],
  ],
  [
    'C.5',
    [
      `3fe101 4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a3231
       20474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d`,
      RESPONSES[0],
    ],
    ['4803333037c1c0bf', RESPONSES[1]],
    [
      `88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f
       6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b
       2076657273696f6e3d31`,
      RESPONSES[2],
    ],
  ],
  [
    'C.6',
    [
      `3fe101 488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad17
       1863c78f0b97c8e9ae82ae43d3`,
      RESPONSES[0],
    ],
    ['4883640effc1c0bf', RESPONSES[1]],
    [
      `88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335
       dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007`,
      RESPONSES[2],
    ],
  ],
];

describe('a decoder of HPACK', () => {
  it.each(EXAMPLES.map(([name, ...blocks]) => [name, blocks] as const))(
    'reads the blocks of RFC 7541 %s',
    (_, blocks) => {
      const decoder = new Decoder(LIMITS);
      for (const [hex, lines] of blocks) expect(linesOf(decoder, hex)).toEqual(lines);
    },
  );

  it('forgets the oldest fields, and all when one is larger than the table', () => {
    const decoder = new Decoder(LIMITS);
    // Three fields of 34 octets, in a table of 70.
    expect(linesOf(decoder, '3f27 40016101 31 40016201 32 40016301 33')).toHaveLength(3);
    expect(linesOf(decoder, 'be bf')).toEqual(['c: 3', 'b: 2']);
    expect(linesOf(decoder, 'c0')).toBe('an index of nothing, 64');
    const long = `4001 61 28 ${'78'.repeat(40)}`;
    expect(linesOf(decoder, long)).toHaveLength(1);
    expect(linesOf(decoder, 'be')).toBe('an index of nothing, 62');
  });

  it('may be told to shrink its table and to let it grow again', () => {
    const decoder = new Decoder(LIMITS);
    expect(linesOf(decoder, '40016101 31')).toEqual(['a: 1']);
    expect(linesOf(decoder, '20 3fe11f 82')).toEqual([':method: GET']);
    expect(linesOf(decoder, 'be')).toBe('an index of nothing, 62');
  });

  it.each([
    ['an index of 0', '80', 'an index of nothing, 0'],
    ['an index beyond both tables', 'be', 'an index of nothing, 62'],
    ['a far index', 'ff80808001', 'an index of nothing, 2097279'],
    ['the name of a field that is not there', '7f00 0131', 'an index of nothing, 63'],
    ['a number that does not end', 'ff8080', 'a number that is too long'],
    ['a number that is too large', 'ff8080808001', 'a number that is too long'],
    ['a number of zeros without end', 'ff80808080808080808080', 'a number that is too long'],
    ['a literal without a value', '40016b', 'a block that is not whole'],
    ['a literal without a name', '40', 'a block that is not whole'],
    ['a string that is longer than the block', '000a 61', 'a block that is not whole'],
    ['a string of a quarter of a gigabyte', '007f80ffff7f', 'a block that is not whole'],
    ['a table that is larger than ours', '3fe21f', 'a table size beyond the limit'],
    ['a third table size', '20 20 20', 'a table size beyond the limit'],
    ['a table size behind a field', '82 20', 'a table size behind a field'],
    ['padding of more than seven bits', '0001 61 821fff', 'a string that is not coded'],
    ['padding of zeros', '000161 8118', 'a string that is not coded'],
    ['EOS', '0001 61 84ffffffff', 'a string that is not coded'],
  ])('refuses %s', (_, hex, problem) => {
    expect(linesOf(new Decoder(LIMITS), hex)).toBe(problem);
  });

  it('keeps nothing of a list that is too long, but goes on with the table', () => {
    const decoder = new Decoder({ fieldBytes: 100, fields: 3 });
    expect(linesOf(decoder, '82 82 82 40016101 31')).toHaveLength(2);
    expect(decoder.isTooLarge).toBe(true);
    expect(linesOf(decoder, 'be')).toEqual(['a: 1']);
    expect(decoder.isTooLarge).toBe(false);
    const many = new Decoder({ fieldBytes: 10_000, fields: 3 });
    expect(linesOf(many, '82828282 40016201 32')).toHaveLength(3);
    expect(many.isTooLarge).toBe(true);
    expect(linesOf(many, 'be')).toEqual(['b: 2']);
    expect(many.isTooLarge).toBe(false);
  });

  it('makes no more of a bomb than the list may be', () => {
    const decoder = new Decoder(LIMITS);
    const field = `4001 61 7fa11e ${'78'.repeat(4000)}`;
    expect(linesOf(decoder, field)).toHaveLength(1);
    expect(linesOf(decoder, 'be'.repeat(16_000))).toHaveLength(4);
    expect(decoder.isTooLarge).toBe(true);
  });
});
