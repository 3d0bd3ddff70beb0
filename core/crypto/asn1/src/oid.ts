/** Object identifiers are text, `1.2.840.113549`: easy to compare, to look up and to print. */

/**
 * The text of the contents of an OBJECT IDENTIFIER (X.690, 8.19); `undefined` when an arc has zeros in
 * front or no end. Arcs may have any size that {@link LONGEST_OID} leaves them.
 */
export function decodeOid(contents: Uint8Array): string | undefined {
  if (contents.length === 0 || contents.length > LONGEST_OID) return undefined;
  const arcs: string[] = [];
  let arc = 0n;
  let isStart = true;
  for (const byte of contents) {
    if (isStart && byte === 0x80) return undefined;
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    isStart = byte < 0x80;
    if (!isStart) continue;
    if (arcs.length > 0) arcs.push(arc.toString());
    else {
      const top = arc < 80n ? arc / 40n : 2n;
      arcs.push(top.toString(), (arc - top * 40n).toString());
    }
    arc = 0n;
  }
  return isStart ? arcs.join('.') : undefined;
}

/** The contents of an OBJECT IDENTIFIER for its text; text that is none throws. */
export function encodeOid(text: string): Uint8Array {
  if (!/^(?:[01]\.[1-3]?\d|2\.\d+)(?:\.(?:0|[1-9]\d*))*$/.test(text)) {
    throw new RangeError(`${text} is no object identifier`);
  }
  const [top, second, ...others] = text.split('.').map(BigInt);
  const bytes = [top * 40n + second, ...others].flatMap(base128);
  if (bytes.length > LONGEST_OID) throw new RangeError(`${text} is too long`);
  return Uint8Array.from(bytes);
}

function base128(arc: bigint): number[] {
  const digits = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) digits.unshift(Number(rest & 0x7fn) | 0x80);
  return digits;
}

/** Octets. The longest in use, of UUIDs, have about 20. */
const LONGEST_OID = 64;
