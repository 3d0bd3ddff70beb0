import { encodeUtf8 } from '@atoll/bytes/utf8';
import { timestampText } from '@atoll/calendar/calendar';

/** A message of syslog (RFC 5424). What is empty is written as NILVALUE. */
export interface SyslogMessage {
  /** 0 to 23. */
  readonly facility: number;
  /** 0, an emergency, to 7, debugging. */
  readonly severity: number;
  /** When it happened, in milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly hostname: string;
  readonly appName: string;
  readonly processId: string;
  /** What kind of message it is. */
  readonly messageId: string;
  readonly data: readonly StructuredElement[];
  readonly text: string;
}

/** Names and values that a program can read (section 6.3). Names are ours: one that cannot be written throws. */
export interface StructuredElement {
  readonly id: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** System daemons. */
export const FACILITY_DAEMON = 3;

/**
 * The octets of `message`, at most `longest`; what is more of its text is cut off between two characters.
 * Control characters in it are written as `\x0a`, so that nobody can make one message look like two.
 */
export function emitMessage(message: SyslogMessage, longest: number): Uint8Array {
  const { facility, severity, time, hostname, appName, processId, messageId, data } = message;
  const head = [
    `<${facility * 8 + severity}>1`,
    timestampText(time),
    word(hostname, 255),
    word(appName, 48),
    word(processId, 128),
    word(messageId, 32),
    data.length === 0 ? NIL : data.map(elementText).join(''),
  ];
  const start = encodeUtf8(`${head.join(' ')} `);
  const text = encodeUtf8(visible(message.text));
  // Text in UTF-8 has to begin with the mark; ASCII is what it is without (section 6.4).
  const mark = text.some((octet) => octet >= 0x80) ? BYTE_ORDER_MARK : NOTHING;
  const room = longest - start.length - mark.length;
  if (room < 0) throw new RangeError(`${longest} octets are too few for a message`);
  let length = Math.min(text.length, room);
  while (length < text.length && (text[length] & 0xc0) === 0x80) length--;
  const octets = new Uint8Array(start.length + mark.length + length);
  octets.set(start);
  octets.set(mark, start.length);
  octets.set(text.subarray(0, length), start.length + mark.length);
  return octets;
}

/** `message` in a stream: its length, a space, and itself (RFC 5425 section 4.3, RFC 6587 section 3.4.1). */
export function frameMessage(message: Uint8Array): Uint8Array {
  const count = encodeUtf8(`${message.length} `);
  const frame = new Uint8Array(count.length + message.length);
  frame.set(count);
  frame.set(message, count.length);
  return frame;
}

/** One word of the head: printable ASCII without spaces, so many characters at most. */
function word(text: string, longest: number): string {
  const printable = text.replace(/[^!-~]/gu, '_').slice(0, longest);
  return printable === '' ? NIL : printable;
}

function elementText({ id, parameters }: StructuredElement): string {
  let text = `[${checked(id)}`;
  for (const name of Object.keys(parameters)) {
    const value = visible(parameters[name]).replace(/["\\\]]/g, '\\$&');
    text += ` ${checked(name)}="${value}"`;
  }
  return `${text}]`;
}

function checked(name: string): string {
  if (!/^[!#-<>-\\^-~]{1,32}$/.test(name)) throw new TypeError(`${name} is no name of data`);
  return name;
}

function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replace(/[\0-\x1f\x7f-\x9f]/g, (control) => {
    return `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

const NIL = '-';
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);
const NOTHING = new Uint8Array(0);
