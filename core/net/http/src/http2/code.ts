/** Numbers of HTTP/2 (RFC 9113 sections 6, 6.5.2 and 7). */

export const TYPE = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

export const FLAG = {
  END_STREAM: 0x1,
  ACK: 0x1,
  END_HEADERS: 0x4,
  PADDED: 0x8,
  PRIORITY: 0x20,
} as const;

export const SETTING = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
  /** RFC 9218 section 2.1. */
  NO_RFC7540_PRIORITIES: 0x9,
} as const;

export const ERROR = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const;

/** The name of an error code; its number when it has none. */
export function errorName(code: number): string {
  return ERROR_NAMES[code] ?? `error ${code}`;
}

/** What the peer did wrong: with a stream, or with the whole connection. */
export interface Fault {
  readonly code: number;
  /** One lower-case sentence without a full stop. */
  readonly reason: string;
  /** 0 for the whole connection. */
  readonly stream: number;
}

export function fault(code: number, reason: string, stream = 0): { ok: false; error: Fault } {
  return { ok: false, error: { code, reason, stream } };
}

const ERROR_NAMES = Object.keys(ERROR);

/** What a client says first (RFC 9113 section 3.4). */
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** Octets of a frame's head. */
export const HEAD_LENGTH = 9;
/** Octets of a payload that everybody takes, and all that we take. */
export const FRAME_SIZE = 16_384;
/** Of a connection and its streams, until somebody says another. */
export const INITIAL_WINDOW = 65_535;
export const LARGEST_WINDOW = 0x7fff_ffff;
export const LARGEST_STREAM = 0x7fff_ffff;
