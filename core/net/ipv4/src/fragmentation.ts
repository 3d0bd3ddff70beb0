import { IPV4_HEADER_LENGTH } from './packet.ts';

export interface Fragment {
  /** Bytes: where it starts in the payload of the whole datagram, and how long it is. */
  readonly offset: number;
  readonly length: number;
  readonly more: boolean;
}

/**
 * How a payload of `length` bytes is cut up for a link that carries `mtu` bytes at a time, of which a
 * header without options takes its part. All fragments but the last are as large as they can be, in
 * units of eight bytes (RFC 791 section 3.2). A payload that fits is one fragment, which is none.
 */
export function fragments(length: number, mtu: number): readonly Fragment[] {
  const room = mtu - IPV4_HEADER_LENGTH;
  if (length <= room) return [{ offset: 0, length, more: false }];
  const step = room - (room % 8);
  if (step <= 0) throw new RangeError(`an MTU of ${mtu} has no room for IPv4`);
  const pieces: Fragment[] = [];
  for (let offset = 0; offset < length; offset += step) {
    const left = length - offset;
    pieces.push({ offset, length: Math.min(step, left), more: left > step });
  }
  return pieces;
}
