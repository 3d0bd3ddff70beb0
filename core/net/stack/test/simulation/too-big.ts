import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import { macAt } from '@atoll/ethernet/address';
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6, emitEthernet, etherTypeOf } from '@atoll/ethernet/packet';
import { emitIcmp, FRAGMENTATION_NEEDED, UNREACHABLE } from '@atoll/icmp/packet';
import { emitIcmpv6, PACKET_TOO_BIG } from '@atoll/icmpv6/packet';
import { emitIpv4, emptyIpv4Header, PROTOCOL_ICMP } from '@atoll/ipv4/packet';
import { emitIpv6, emptyIpv6Header, PROTOCOL_ICMPV6 } from '@atoll/ipv6/packet';
import { addressSum } from '@atoll/ipv6/pseudo-header';
import { ROUTER } from '../kit.ts';

/** What a router says to the sender of `frame`: only packets of up to `mtu` bytes can pass. */
export function tooBig(frame: Uint8Array, mtu: number): Uint8Array {
  const packet = frame.subarray(ETHERNET_HEADER_LENGTH);
  const [type, message] =
    etherTypeOf(frame) === ETHERTYPE_IPV4
      ? [ETHERTYPE_IPV4, tooBig4(packet, mtu)]
      : [ETHERTYPE_IPV6, tooBig6(packet, mtu)];
  const bytes = new Uint8Array(ETHERNET_HEADER_LENGTH + message.length);
  emitEthernet(bytes, macAt(frame, 6), macAt(frame, 0), type);
  bytes.set(message, ETHERNET_HEADER_LENGTH);
  return bytes;
}

/** RFC 1191 section 4. */
function tooBig4(packet: Uint8Array, mtu: number): Uint8Array {
  const body = packet.slice(0, 28);
  const message = { type: UNREACHABLE, code: FRAGMENTATION_NEEDED, rest: mtu, body };
  const icmp = emitIcmp(message);
  const bytes = new Uint8Array(20 + icmp.length);
  bytes.set(icmp, 20);
  emitIpv4({ bytes, address: 0 }, 0, {
    ...emptyIpv4Header(),
    totalLength: bytes.length,
    timeToLive: 64,
    protocol: PROTOCOL_ICMP,
    source: ROUTER,
    destination: new DataView(packet.buffer, packet.byteOffset).getUint32(12),
  });
  return bytes;
}

/** RFC 4443 section 3.2. */
function tooBig6(packet: Uint8Array, mtu: number): Uint8Array {
  const view = new DataView(packet.buffer, packet.byteOffset);
  const destination = (view.getBigUint64(8) << 64n) | view.getBigUint64(16);
  const body = packet.slice(0, 1232);
  const message = { type: PACKET_TOO_BIG, code: 0, rest: mtu, body };
  const icmp = emitIcmpv6(message, addressSum(ROUTER6, destination));
  const bytes = new Uint8Array(40 + icmp.length);
  bytes.set(icmp, 40);
  emitIpv6({ bytes, address: 0 }, 0, {
    ...emptyIpv6Header(),
    payloadLength: icmp.length,
    nextHeader: PROTOCOL_ICMPV6,
    hopLimit: 64,
    source: ROUTER6,
    destination,
  });
  return bytes;
}

/** 2001:db8::fe */
const ROUTER6 = 0x2001_0db8_0000_0000_0000_0000_0000_00fen;
