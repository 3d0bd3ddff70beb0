/** Extensions (RFC 8446, 4.2): bytes <-> values, and which of them may stand in which message. */
import { Reader } from '@atoll/bytes/reader';
import { Writer } from '@atoll/bytes/writer';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from './alert.ts';
import { around16, isWhole, vector16, writeVector16 } from './vector.ts';

export const EXTENSION = {
  SERVER_NAME: 0,
  STATUS_REQUEST: 5,
  SUPPORTED_GROUPS: 10,
  SIGNATURE_ALGORITHMS: 13,
  ALPN: 16,
  RECORD_SIZE_LIMIT: 28,
  PRE_SHARED_KEY: 41,
  EARLY_DATA: 42,
  SUPPORTED_VERSIONS: 43,
  COOKIE: 44,
  PSK_KEY_EXCHANGE_MODES: 45,
  CERTIFICATE_AUTHORITIES: 47,
  SIGNATURE_ALGORITHMS_CERT: 50,
  KEY_SHARE: 51,
} as const;

export interface Extension {
  readonly type: number;
  readonly data: Uint8Array;
}

/**
 * The extensions in `data`, the content of their vector, which are views of it. The same one twice is
 * an illegal_parameter.
 */
export function parseExtensions(data: Uint8Array): Result<Extension[], TlsFailure> {
  const reader = new Reader(data);
  const extensions: Extension[] = [];
  const seen = new Set<number>();
  while (reader.remaining > 0 && !reader.truncated) {
    const type = reader.u16();
    extensions.push({ type, data: vector16(reader) });
    if (seen.has(type)) return abort(ALERT.ILLEGAL_PARAMETER, `extension ${type} comes twice`);
    seen.add(type);
  }
  return reader.truncated ? abort(ALERT.DECODE_ERROR, 'an extension is cut off') : ok(extensions);
}

/** The vector with all of `extensions`. */
export function emitExtensions(out: Writer, extensions: readonly Extension[]): void {
  around16(out, () => {
    for (const { type, data } of extensions) {
      out.u16(type);
      writeVector16(out, data);
    }
  });
}

/** The extension with `value`, as `emit` writes it; none when there is none. */
export function extension<T>(
  type: number,
  value: T | undefined,
  emit: (out: Writer, value: T) => void,
): Extension[] {
  if (value === undefined) return [];
  const out = new Writer(64);
  emit(out, value);
  return [{ type, data: out.finish() }];
}

/** What a kind of message may carry: the type and the parser of each value in `T`. */
export type Codecs<T> = {
  readonly [Key in keyof T]-?: readonly [
    type: number,
    parse: (data: Uint8Array) => T[Key] | undefined,
  ];
};

/**
 * Reads the extensions that `codecs` knows; malformed ones are a decode_error. Others answer what we
 * `asked` for in another message (illegal_parameter) or did not (unsupported_extension). Without
 * `asked`, they are a matter of the peer and ignored.
 */
export function readExtensions<T>(
  codecs: Codecs<T>,
  extensions: readonly Extension[],
  asked?: ReadonlySet<number>,
): Result<Partial<T>, TlsFailure> {
  const values: Partial<T> = {};
  for (const { type, data } of extensions) {
    const key = keyOf(codecs, type);
    if (asked !== undefined && !asked.has(type)) {
      return abort(ALERT.UNSUPPORTED_EXTENSION, `extension ${type} answers nothing`);
    }
    if (key !== undefined) {
      const value = codecs[key][1](data);
      if (value === undefined) return abort(ALERT.DECODE_ERROR, `extension ${type} is malformed`);
      values[key] = value;
    } else if (asked !== undefined) {
      return abort(ALERT.ILLEGAL_PARAMETER, `extension ${type} is in the wrong message`);
    }
  }
  return ok(values);
}

function keyOf<T>(codecs: Codecs<T>, type: number): keyof T | undefined {
  for (const key in codecs) if (codecs[key][0] === type) return key;
  return undefined;
}

/** The content of an extension without any. */
export function parseEmpty(data: Uint8Array): true | undefined {
  return data.length === 0 ? true : undefined;
}

/** One number of 16 bits: the chosen version, group or identity, or a record size limit. */
export function parseU16(data: Uint8Array): number | undefined {
  return data.length === 2 ? (data[0] << 8) | data[1] : undefined;
}

/** max_early_data_size. */
export function parseU32(data: Uint8Array): number | undefined {
  const reader = new Reader(data);
  const value = reader.u32();
  return isWhole(reader) ? value : undefined;
}

/** Groups or signature schemes: a vector of one number or more. */
export function parseU16List(data: Uint8Array): number[] | undefined {
  const reader = new Reader(data);
  const list = vector16(reader);
  return isWhole(reader) ? u16s(list) : undefined;
}

export function u16s(list: Uint8Array): number[] | undefined {
  if (list.length === 0 || list.length % 2 !== 0) return undefined;
  return Array.from({ length: list.length / 2 }, (_, at) => (list[2 * at] << 8) | list[2 * at + 1]);
}

/** A cookie: a vector of one byte or more. */
export function parseBytes(data: Uint8Array): Uint8Array | undefined {
  const reader = new Reader(data);
  const bytes = vector16(reader);
  return isWhole(reader) && bytes.length > 0 ? bytes : undefined;
}
