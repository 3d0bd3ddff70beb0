import type { Entropy } from '@atoll/device/system';
import type { Question } from '../message.ts';
import type { Name } from '../name.ts';

/**
 * Compares the question in a response, a whole header at least, with the one that was sent: `case` when
 * only letters of the name differ, in upper and lower case; `absent` when there is none. The name is
 * never compressed there: nothing is before it.
 */
export function matchQuestion(
  bytes: Uint8Array,
  name: Name,
  question: Question,
): 'same' | 'case' | 'other' | 'absent' {
  const count = (bytes[COUNT_OFFSET] << 8) | bytes[COUNT_OFFSET + 1];
  if (count !== 1) return count === 0 ? 'absent' : 'other';
  const end = QUESTION_OFFSET + name.length;
  if (bytes.length < end + 4) return 'other';
  let match: 'same' | 'case' = 'same';
  for (let at = 0; at < name.length; at++) {
    const sent = name.charCodeAt(at);
    const received = bytes[QUESTION_OFFSET + at];
    if (sent === received) continue;
    if (!isLetter(sent) || (sent ^ received) !== CASE_BIT) return 'other';
    match = 'case';
  }
  const type = (bytes[end] << 8) | bytes[end + 1];
  const questionClass = (bytes[end + 2] << 8) | bytes[end + 3];
  return type === question.type && questionClass === question.class ? match : 'other';
}

/**
 * The response with the name of its question replaced by `name`, of the same length: with the letter
 * case undone, so it is in no name that is compressed to a part of the question's either.
 */
export function restoreCase(bytes: Uint8Array, name: Name): Uint8Array {
  const restored = bytes.slice();
  for (let at = 0; at < name.length; at++) restored[QUESTION_OFFSET + at] = name.charCodeAt(at);
  return restored;
}

/**
 * The name with each letter in upper or lower case at random: some bits more for a forger to guess
 * (draft-vixie-dnsext-dns0x20).
 */
export function mixCase(name: Name, entropy: Entropy): Name {
  const bits = new Uint8Array((name.length + 7) >> 3);
  entropy.fill(bits);
  let mixed = '';
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    const flip = isLetter(code) && ((bits[at >> 3] >> (at & 7)) & 1) === 1;
    mixed += String.fromCharCode(flip ? code ^ CASE_BIT : code);
  }
  return mixed;
}

/** Lengths of labels are at most 63, and so below all letters. */
function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** Where QDCOUNT stands (RFC 1035 section 4.1.1). */
const COUNT_OFFSET = 4;
const QUESTION_OFFSET = 12;
const CASE_BIT = 0x20;
