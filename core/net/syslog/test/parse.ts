/** A strict reader of messages, after the grammar of RFC 5424 section 6. */
import { decodeUtf8 } from '@atoll/bytes/utf8';

export function parseMessage(octets: Uint8Array) {
  const text = decodeUtf8(octets);
  const match = MESSAGE.exec(text);
  if (match === null) throw new Error(`not a message: ${text}`);
  const [, priority, time, hostname, appName, processId, messageId, data, rest = ''] = match;
  return {
    facility: Number(priority) >> 3,
    severity: Number(priority) & 7,
    time: Date.parse(time),
    hostname: nil(hostname),
    appName: nil(appName),
    processId: nil(processId),
    messageId: nil(messageId),
    data: elementsOf(data),
    hasMark: rest.startsWith('\ufeff'),
    text: rest.replace(/^\ufeff/, ''),
  };
}

/** The messages of a stream, each behind its length; throws when there is anything else. */
export function parseStream(octets: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < octets.length; ) {
    const space = octets.indexOf(0x20, at);
    const digits = decodeUtf8(octets.subarray(at, space));
    if (!/^[1-9]\d*$/.test(digits)) throw new Error(`not a length: ${digits}`);
    const end = space + 1 + Number(digits);
    if (end > octets.length) break;
    messages.push(octets.slice(space + 1, end));
    at = end;
  }
  return messages;
}

function elementsOf(data: string) {
  if (data === '-') return [];
  return [...data.matchAll(new RegExp(ELEMENT, 'gs'))].map(([element]) => {
    const [, id] = /^\[([^ \]]+)/.exec(element) ?? [];
    const parameters = [...element.matchAll(new RegExp(PARAMETER, 'gs'))].map((one) => {
      const [, name, value] = /^ ([^=]+)="(.*)"$/s.exec(one[0]) ?? [];
      return [name, value.replace(/\\(["\\\]])/g, '$1')];
    });
    return { id, parameters: Object.fromEntries(parameters) as Record<string, string> };
  });
}

function nil(word: string): string {
  return word === '-' ? '' : word;
}

const WORD = (longest: number) => `(-|[!-~]{1,${longest}})`;
const NAME = '[!#-<>-\\\\^-~]{1,32}';
const PARAMETER = ` ${NAME}="(?:[^"\\\\\\]]|\\\\["\\\\\\]])*"`;
const ELEMENT = `\\[${NAME}(?:${PARAMETER})*\\]`;
const MESSAGE = new RegExp(
  [
    '^<(0|[1-9]\\d{0,2})>1 (\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?Z)',
    ...[255, 48, 128, 32].map(WORD),
    `(-|(?:${ELEMENT})+)(?: (.*))?$`,
  ]
    .join(' ')
    .replace(') (?: ', ')(?: '),
  's',
);
