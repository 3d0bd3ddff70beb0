import type { Appliance } from '@atoll/appliance/appliance';
import { fastChecksum } from '@atoll/bytes/fast';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { repeated, withDefault } from '@atoll/conf/table';
import { integer, text } from '@atoll/conf/value';

const ARGUMENTS = {
  word: repeated(text('WORD', 'a word'), { summary: 'What to say.', example: 'hello' }),
  status: withDefault(integer(0, 127), '0', { summary: 'How to end.', example: '7' }),
};

/** Says its words, with their checksum, and ends: the smallest appliance with a fast path. */
const echo: Appliance<typeof ARGUMENTS> = {
  name: 'echo',
  version: '0.1.0',
  summary: 'Says its words.',
  devices: [],
  arguments: ARGUMENTS,
  start({ console, fast, stop }, { word, status }) {
    const bytes = encodeUtf8(word.join(' '));
    const region = fast.allocate(bytes.length);
    region.bytes.set(bytes);
    const checksum = fastChecksum(fast).internetChecksum(region, 0, bytes.length);
    console.write(`${word.join(' ')} (${checksum.toString(16)})\n`);
    stop(status);
  },
};

export default echo;
