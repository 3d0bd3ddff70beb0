/**
 * Boot arguments in the configuration region of a disk: bytes and values.
 *
 *     0   8  "ATOLLCFG"
 *     8   2  version of the format, 1
 *     10 16  identity of the disk, as in its label
 *     26  4  length of the text in bytes
 *     30     the text: arguments in UTF-8, each with a NUL behind it
 *     ...  8 SipHash-2-4 of all before it under the key "Atoll boot words", low half first
 *     ...    zeros to the end of the region
 *
 * Numbers are big-endian. A region that starts with zeros holds no arguments.
 */
import { Reader } from '@atoll/bytes/reader';
import { SipHash } from '@atoll/bytes/siphash';
import { decodeUtf8, encodeUtf8 } from '@atoll/bytes/utf8';
import { Writer } from '@atoll/bytes/writer';
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { IDENTITY_LENGTH, isBlank } from './label.ts';

/** The most bytes of a region that are read, however large its label says it is. */
export const MOST_CONFIGURATION = 0x1_0000;

/** The whole region of `size` bytes with `words` for the disk `identity`; says when they do not fit. */
export function writeArguments(
  words: readonly string[],
  identity: Uint8Array,
  size: number,
): Result<Uint8Array, Failure> {
  if (identity.length !== IDENTITY_LENGTH) throw new RangeError('an identity has 16 bytes');
  const bad = words.find((word) => word.includes('\0'));
  if (bad !== undefined) return misconfigured('an argument has a NUL in it');
  const text = encodeUtf8(words.map((word) => `${word}\0`).join(''));
  const room = Math.min(size, MOST_CONFIGURATION) - HEADER_LENGTH - CHECK_LENGTH;
  if (text.length > room) {
    return misconfigured(`the arguments have ${text.length} bytes, there is room for ${room}`);
  }
  const writer = new Writer(size);
  writer.bytes(encodeUtf8(MAGIC));
  writer.u16(VERSION);
  writer.bytes(identity);
  writer.u32(text.length);
  writer.bytes(text);
  const low = CHECK.hash(writer.view(), 0, writer.length);
  writer.u32(low);
  writer.u32(CHECK.high);
  writer.zeros(size - writer.length);
  return ok(writer.finish());
}

/** The arguments in the region that starts with `bytes`, on the disk `identity`. */
export function parseArguments(
  bytes: Uint8Array,
  identity: Uint8Array,
): Result<readonly string[], Failure> {
  const reader = new Reader(bytes);
  const magic = reader.take(MAGIC.length);
  if (isBlank(magic)) return ok([]);
  if (decodeUtf8(magic) !== MAGIC) return damaged('it is none');
  const version = reader.u16();
  if (version !== VERSION) {
    return misconfigured(
      `its configuration has version ${version}, this program knows version ${VERSION}`,
    );
  }
  const owner = reader.take(IDENTITY_LENGTH);
  const text = reader.take(reader.u32());
  const end = reader.offset;
  const low = reader.u32();
  const high = reader.u32();
  if (reader.truncated) return damaged('it has no end');
  if (CHECK.hash(bytes, 0, end) !== low || CHECK.high !== high)
    return damaged('its checksum differs');
  if (owner.some((byte, at) => byte !== identity[at])) return damaged('it is that of another disk');
  if (text.length > 0 && text[text.length - 1] !== 0)
    return damaged('its last argument has no end');
  return ok(decodeUtf8(text).split('\0').slice(0, -1));
}

function damaged(reason: string): Result<never, Failure> {
  return misconfigured(
    `its configuration is damaged: ${reason}\n  write it again with: atoll disk config`,
  );
}

const MAGIC = 'ATOLLCFG';
const VERSION = 1;
const HEADER_LENGTH = 30;
const CHECK_LENGTH = 8;
const CHECK = new SipHash(encodeUtf8('Atoll boot words'));
