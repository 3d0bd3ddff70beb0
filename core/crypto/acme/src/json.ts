/** JSON from outside: bounded before it is parsed, and typed after. */
import { decodeUtf8 } from '@atoll/bytes/utf8';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';

export type JsonObject = { readonly [name: string]: unknown };

/** The object that `bytes` are: of at most {@link LONGEST} bytes, nested at most {@link DEEPEST} times. */
export function parseJsonObject(bytes: Uint8Array): Result<JsonObject> {
  if (bytes.length > LONGEST) return malformed(`JSON of more than ${LONGEST} bytes`);
  if (depthOf(bytes) > DEEPEST) return malformed(`JSON nested more than ${DEEPEST} times`);
  try {
    const value: unknown = JSON.parse(decodeUtf8(bytes));
    return isObject(value) ? ok(value) : malformed('JSON that is no object');
  } catch {
    return malformed('no JSON');
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How deep brackets are nested, those in strings not counted. */
function depthOf(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let isString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isString = false;
    } else if (byte === QUOTE) isString = true;
    else if (byte === BRACE || byte === BRACKET) deepest = Math.max(deepest, ++depth);
    else if (byte === BRACE + 2 || byte === BRACKET + 2) depth--;
  }
  return deepest;
}

const LONGEST = 65_536;
const DEEPEST = 16;
const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const BRACE = 0x7b;
const BRACKET = 0x5b;
