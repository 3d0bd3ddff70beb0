/**
 * The names inside record data that are compressed on the wire.
 *
 * Only the types of RFC 1035 are sent with compressed names; those that RFC 3597 section 4 lists beside
 * them came compressed from old senders and are accepted so. Elsewhere a name in record data is plain.
 */
import type { MessageWriter, NameReader } from './compression.ts';
import { type Name, nameAt, nameEnd } from './name.ts';
import { copyOctets } from './octets.ts';
import { CLASS, TYPE } from './type.ts';

/**
 * A copy of the record data of `message` from `start` to `end`, names uncompressed; `undefined` when the
 * names in it, or its length where the type fixes that, are wrong.
 */
export function expandRdata(
  message: Uint8Array,
  names: NameReader,
  type: number,
  rrClass: number,
  start: number,
  end: number,
): Uint8Array | undefined {
  if (type === TYPE.A || type === TYPE.AAAA) {
    return addressLengthFits(type, rrClass, end - start)
      ? copyOctets(message, start, end)
      : undefined;
  }
  const shape = type <= LAST_SHAPE ? SHAPES[type] : undefined;
  // An UPDATE names the records to delete by class and type alone (RFC 2136 section 2.5).
  if (shape === undefined || (start === end && isMeta(rrClass))) {
    return copyOctets(message, start, end);
  }
  let head = start + shape.fixed;
  for (let left = shape.strings; left > 0 && head < end; left--) head += message[head] + 1;
  if (head >= end) return undefined;
  const first = names.read(head);
  let tail = names.next;
  if (first === undefined || tail > end) return undefined;
  let packed = first.length !== tail - head;
  let second: Name | undefined = '';
  if (shape.names === 2) {
    const middle = tail;
    second = middle < end ? names.read(middle) : undefined;
    tail = names.next;
    if (second === undefined || tail > end) return undefined;
    packed ||= second.length !== tail - middle;
  }
  if (shape.rest >= 0 && end - tail !== shape.rest) return undefined;
  // A name that came compressed has another length here than there, since no name has two octets.
  if (!packed) return copyOctets(message, start, end);
  return joined(message, start, head, first + second, tail, end);
}

/** Writes RDLENGTH and the record data, their names compressed when the type is one of RFC 1035. */
export function emitRdata(out: MessageWriter, type: number, data: Uint8Array): void {
  const shape = type <= TYPE.MX ? SHAPES[type] : undefined;
  // Data that do not hold what their type says go out as they are: it is not for us to mend them.
  if (shape === undefined || !isShape(shape, data)) {
    out.u16(data.length);
    out.octets(data);
    return;
  }
  const start = out.offset + 2;
  out.offset = start;
  let at = shape.fixed;
  if (at > 0) out.octets(data.subarray(0, at));
  for (let left = shape.names; left > 0; left--) {
    const name = nameAt(data, at) as Name;
    out.name(name);
    at += name.length;
  }
  if (at < data.length) out.octets(data.subarray(at));
  const end = out.offset;
  out.offset = start - 2;
  out.u16(end - start);
  out.offset = end;
}

interface Shape {
  /** Octets before the first name, and before the character-strings. */
  readonly fixed: number;
  /** Character-strings between those and the first name. */
  readonly strings: number;
  readonly names: 1 | 2;
  /** Octets behind the last name; negative for any number. */
  readonly rest: number;
}

const NAME: Shape = { fixed: 0, strings: 0, names: 1, rest: 0 };
const TWO_NAMES: Shape = { fixed: 0, strings: 0, names: 2, rest: 0 };
const PREFERENCE_NAME: Shape = { fixed: 2, strings: 0, names: 1, rest: 0 };

const LAST_SHAPE = TYPE.NAPTR;
/** By type, without holes, so that the engine keeps it as a plain array. */
const SHAPES: (Shape | undefined)[] = new Array(LAST_SHAPE + 1).fill(undefined);
for (const type of [TYPE.NS, TYPE.MD, TYPE.MF, TYPE.CNAME, TYPE.MB, TYPE.MG, TYPE.MR, TYPE.PTR]) {
  SHAPES[type] = NAME;
}
SHAPES[TYPE.SOA] = { fixed: 0, strings: 0, names: 2, rest: 20 };
SHAPES[TYPE.MINFO] = TWO_NAMES;
SHAPES[TYPE.MX] = PREFERENCE_NAME;
// From here on: types that are expanded, but not compressed.
SHAPES[TYPE.RP] = TWO_NAMES;
SHAPES[TYPE.AFSDB] = PREFERENCE_NAME;
SHAPES[TYPE.RT] = PREFERENCE_NAME;
SHAPES[TYPE.SIG] = { fixed: 18, strings: 0, names: 1, rest: -1 };
SHAPES[TYPE.PX] = { fixed: 2, strings: 0, names: 2, rest: 0 };
SHAPES[TYPE.SRV] = { fixed: 6, strings: 0, names: 1, rest: 0 };
SHAPES[TYPE.NAPTR] = { fixed: 4, strings: 3, names: 1, rest: 0 };

/** An address has its length in class IN; an A record of class CH is something else. */
function addressLengthFits(type: number, rrClass: number, length: number): boolean {
  if (rrClass === CLASS.IN) return length === (type === TYPE.A ? 4 : 16);
  return true;
}

function isMeta(rrClass: number): boolean {
  return rrClass === CLASS.ANY || rrClass === CLASS.NONE;
}

/** The octets of `message[start, head)`, `names`, and `message[tail, end)`. */
function joined(
  message: Uint8Array,
  start: number,
  head: number,
  names: string,
  tail: number,
  end: number,
): Uint8Array {
  const data = new Uint8Array(head - start + names.length + end - tail);
  let at = 0;
  for (let from = start; from < head; from++) data[at++] = message[from];
  for (let from = 0; from < names.length; from++) data[at++] = names.charCodeAt(from);
  for (let from = tail; from < end; from++) data[at++] = message[from];
  return data;
}

/** Whether uncompressed data without character-strings are of this shape. */
function isShape(shape: Shape, data: Uint8Array): boolean {
  let at = shape.fixed;
  for (let left = shape.names; left > 0 && at >= 0; left--) at = nameEnd(data, at);
  return at >= 0 && data.length - at === shape.rest;
}
