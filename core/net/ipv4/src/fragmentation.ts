import type { Fragment } from '@atoll/fragments/cut';
import { cut } from '@atoll/fragments/cut';
import { IPV4_HEADER_LENGTH } from './packet.ts';

/**
 * How a payload of `length` bytes is cut up for a link that carries `mtu` bytes at a time, of which a
 * header without options takes its part (RFC 791 section 3.2). A payload that fits is one fragment, which
 * is none. Throws a RangeError when there is no room.
 */
export function fragments(length: number, mtu: number): readonly Fragment[] {
  const room = mtu - IPV4_HEADER_LENGTH;
  if (length <= room) return [{ offset: 0, length, more: false }];
  return cut(length, room);
}
