import { decodeUtf8, encodeUtf8 } from '@atoll/bytes/utf8';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';

/** States of a test, which are single bytes on the control connection, as iperf3's documentation names them. */
export const TEST_START = 1;
export const TEST_RUNNING = 2;
export const TEST_END = 4;
export const PARAM_EXCHANGE = 9;
export const CREATE_STREAMS = 10;
export const EXCHANGE_RESULTS = 13;
export const DISPLAY_RESULTS = 14;
export const ACCESS_DENIED = 0xff;
export const SERVER_ERROR = 0xfe;

/** What every connection of a test begins with, in bytes: 36 characters and a zero. */
export const COOKIE_LENGTH = 37;

/** The most bytes of JSON that are accepted; iperf3 itself sends some hundreds. */
export const MOST_JSON = 0x1_0000;

/** What the client asks for. */
export interface Parameters {
  readonly streams: number;
  /** The server sends instead of the client. */
  readonly reverse: boolean;
}

/** Parses the JSON of a client; `undefined` inside of `ok` never happens. */
export function parseParameters(bytes: Uint8Array): Result<Parameters> {
  const json = parseJson(bytes);
  if (!json.ok) return json;
  const { tcp, parallel = 1, reverse = false, bidirectional = false } = json.value;
  if (tcp !== true) return malformed('only TCP is tested');
  if (bidirectional === true) return malformed('one direction is tested at a time');
  if (!Number.isInteger(parallel) || Number(parallel) < 1 || Number(parallel) > MOST_STREAMS) {
    return malformed(`1 to ${MOST_STREAMS} parallel streams`);
  }
  return ok({ streams: Number(parallel), reverse: reverse === true });
}

/** What the server counted, in bytes for each stream, over `seconds`. */
export function emitResults(bytes: readonly number[], seconds: number, isSender: boolean) {
  const streams = bytes.map((count, index) => ({
    id: streamId(index),
    bytes: count,
    retransmits: isSender ? 0 : -1,
    jitter: 0,
    errors: 0,
    packets: 0,
    start_time: 0,
    end_time: seconds,
  }));
  return emitJson({
    cpu_util_total: 0,
    cpu_util_user: 0,
    cpu_util_system: 0,
    sender_has_retransmits: isSender ? 0 : -1,
    streams,
  });
}

/** JSON behind its length in four bytes, big-endian. */
function emitJson(value: object): Uint8Array {
  const text = encodeUtf8(JSON.stringify(value));
  const bytes = new Uint8Array(4 + text.length);
  new DataView(bytes.buffer).setUint32(0, text.length);
  bytes.set(text, 4);
  return bytes;
}

export function parseJson(bytes: Uint8Array): Result<Record<string, unknown>> {
  const text = decodeUtf8(bytes);
  if (text === undefined) return malformed('the JSON is no text');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return ok(value as Record<string, unknown>);
  } catch {
    // What it is not is said below.
  }
  return malformed('it is no JSON object');
}

/** iperf3 counts its streams 1, 3, 4, 5 and so on. */
function streamId(index: number): number {
  return index === 0 ? 1 : index + 2;
}

const MOST_STREAMS = 128;
