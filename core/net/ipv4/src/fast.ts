import type { Checksum, Located } from '@atoll/bytes/fast';
import { fastChecksum, plainChecksum } from '@atoll/bytes/fast';
import type { FastPaths } from '@atoll/device/fast';
import type { Result } from '@atoll/result/result';
import type { Ipv4Header } from './packet.ts';
import {
  DONT_FRAGMENT,
  emitIpv4,
  IPV4_HEADER_LENGTH,
  MAX_DATAGRAM_LENGTH,
  MORE_FRAGMENTS,
  PARSED,
  parseIpv4,
} from './packet.ts';

/** Headers from and to bytes. */
export interface Ipv4Wire {
  /** Like {@link parseIpv4}. */
  parse(region: Located, start: number, end: number, into: Ipv4Header): Result<undefined>;
  /** Like {@link emitIpv4}. */
  emit(region: Located, start: number, header: Readonly<Ipv4Header>): void;
}

/** The reference in TypeScript. */
export const plainIpv4: Ipv4Wire = wireWith(plainChecksum);

/**
 * The same from `assembly/`, for regions that `fast` allocated: one call a header. Headers with options
 * and those that are wrong are left to the reference. A range outside of its region throws.
 */
export function fastIpv4(fast: FastPaths): Ipv4Wire {
  const { parse: parseAt, emit: emitAt } = fast.load('ipv4');
  const block = fast.allocate(4 * 4);
  const words = new Uint32Array(block.bytes.buffer, block.bytes.byteOffset, 4);
  const at = block.address;
  const reference = wireWith(fastChecksum(fast));
  return {
    parse(region, start, end, into) {
      if (start < 0 || start > end || end > region.bytes.length) throw new RangeError(OUTSIDE);
      const totalLength = parseAt(region.address + start, end - start, at);
      if (totalLength < 0) return reference.parse(region, start, end, into);
      const fragment = words[0];
      const protocol = words[1];
      into.headerLength = IPV4_HEADER_LENGTH;
      into.totalLength = totalLength;
      into.identification = fragment >>> 16;
      into.dontFragment = (fragment & DONT_FRAGMENT) !== 0;
      into.moreFragments = (fragment & MORE_FRAGMENTS) !== 0;
      into.fragmentOffset = (fragment & 0x1fff) * 8;
      into.timeToLive = protocol >>> 8;
      into.protocol = protocol & 0xff;
      into.source = words[2];
      into.destination = words[3];
      return PARSED;
    },

    emit(region, start, header) {
      if (start < 0 || start + IPV4_HEADER_LENGTH > region.bytes.length) {
        throw new RangeError(OUTSIDE);
      }
      const { totalLength, timeToLive, fragmentOffset } = header;
      if (totalLength > MAX_DATAGRAM_LENGTH || timeToLive === 0) throw new RangeError(FORBIDDEN);
      const flags =
        (header.dontFragment ? DONT_FRAGMENT : 0) | (header.moreFragments ? MORE_FRAGMENTS : 0);
      emitAt(
        region.address + start,
        totalLength,
        (header.identification << 16) | flags | (fragmentOffset >>> 3),
        (timeToLive << 8) | header.protocol,
        header.source,
        header.destination,
      );
    },
  };
}

function wireWith(checksum: Checksum): Ipv4Wire {
  return {
    parse: (region, start, end, into) => parseIpv4(region, start, end, into, checksum),
    emit: (region, start, header) => emitIpv4(region, start, header, checksum),
  };
}

const OUTSIDE = 'an IPv4 header out of bounds';
const FORBIDDEN = 'an IPv4 header that must not be sent';
