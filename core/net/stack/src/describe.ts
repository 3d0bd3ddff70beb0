import { describeArp, parseArp } from '@atoll/arp/packet';
import type { Located } from '@atoll/bytes/fast';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import {
  describeEthernet,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  parseEthernet,
} from '@atoll/ethernet/packet';
import { describeIcmp, parseIcmp } from '@atoll/icmp/packet';
import { describeIcmpv6, parseIcmpv6 } from '@atoll/icmpv6/packet';
import { ipv4Text } from '@atoll/ipv4/address';
import {
  describeIpv4,
  emptyIpv4Header,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  parseIpv4,
} from '@atoll/ipv4/packet';
import { ipv6Text } from '@atoll/ipv6/address';
import { emptyChain } from '@atoll/ipv6/chain';
import { walkExtensions } from '@atoll/ipv6/extension';
import {
  describeIpv6,
  emptyIpv6Header,
  IPV6_HEADER_LENGTH,
  PROTOCOL_ICMPV6,
  parseIpv6,
} from '@atoll/ipv6/packet';
import { describeNdp } from '@atoll/ndp/describe';
import { parseNdp } from '@atoll/ndp/packet';
import { describeSegment } from '@atoll/tcp/describe';
import { addressSum, emptySegment, parseTcp, VOUCHED } from '@atoll/tcp/packet';
import { describeUdp, emptyUdpHeader, parseUdp } from '@atoll/udp/packet';

/**
 * One line about the frame in the first `length` of `bytes`, for traces: its innermost known protocol. With
 * `isVouched` the checksums of TCP and UDP are not looked at, because a device answers for them or has yet
 * to write them.
 */
export function describeFrame(bytes: Uint8Array, length: number, isVouched = false): string {
  const ethernet = parseEthernet(bytes, length);
  if (!ethernet.ok) return ethernet.error.reason;
  const region = { bytes, address: 0 };
  switch (ethernet.value.etherType) {
    case ETHERTYPE_ARP: {
      const arp = parseArp(bytes, ETHERNET_HEADER_LENGTH, length);
      return arp.ok ? describeArp(arp.value) : arp.error.reason;
    }
    case ETHERTYPE_IPV4:
      return describeIpv4Packet(region, length, isVouched);
    case ETHERTYPE_IPV6:
      return describeIpv6Packet(region, length, isVouched);
    default:
      return describeEthernet(ethernet.value);
  }
}

function describeIpv4Packet(region: Located, length: number, isVouched: boolean): string {
  const header = emptyIpv4Header();
  const parsed = parseIpv4(region, ETHERNET_HEADER_LENGTH, length, header);
  if (!parsed.ok) return parsed.error.reason;
  if (header.moreFragments || header.fragmentOffset > 0) return describeIpv4(header);
  const { source, destination, protocol } = header;
  const start = ETHERNET_HEADER_LENGTH + header.headerLength;
  const end = ETHERNET_HEADER_LENGTH + header.totalLength;
  if (protocol === PROTOCOL_ICMP) {
    const icmp = parseIcmp(region, start, end);
    const text = icmp.ok ? describeIcmp(icmp.value) : icmp.error.reason;
    return `${ipv4Text(source)} > ${ipv4Text(destination)} ${text}`;
  }
  const sum = isVouched ? VOUCHED : addressSum(source, destination);
  const text = describePayload(region, start, end, protocol, sum);
  return text === undefined
    ? describeIpv4(header)
    : `${ipv4Text(source)} > ${ipv4Text(destination)} ${text}`;
}

function describeIpv6Packet(region: Located, length: number, isVouched: boolean): string {
  const header = emptyIpv6Header();
  const parsed = parseIpv6(region, ETHERNET_HEADER_LENGTH, length, header);
  if (!parsed.ok) return parsed.error.reason;
  const chain = emptyChain();
  walkExtensions(region.bytes, ETHERNET_HEADER_LENGTH, header, chain);
  if (chain.kind !== 'payload') return describeIpv6(header);
  const { source, destination, hopLimit } = header;
  const { protocol, start } = chain;
  const end = ETHERNET_HEADER_LENGTH + IPV6_HEADER_LENGTH + header.payloadLength;
  const addresses = `${ipv6Text(source)} > ${ipv6Text(destination)}`;
  if (protocol === PROTOCOL_ICMPV6) {
    const icmp = parseIcmpv6(region, start, end, addressSum(source, destination));
    if (!icmp.ok) return `${addresses} ${icmp.error.reason}`;
    const ndp = parseNdp(icmp.value, { source, destination, hopLimit });
    return `${addresses} ${ndp.ok ? describeNdp(ndp.value) : describeIcmpv6(icmp.value)}`;
  }
  const sum = isVouched ? VOUCHED : addressSum(source, destination);
  const text = describePayload(region, start, end, protocol, sum);
  return text === undefined ? describeIpv6(header) : `${addresses} ${text}`;
}

/** What TCP or UDP say of a payload, `addresses` being their sum or `VOUCHED`; `undefined` of other protocols. */
function describePayload(
  region: Located,
  start: number,
  end: number,
  protocol: number,
  addresses: number,
): string | undefined {
  if (protocol === PROTOCOL_TCP) {
    const segment = emptySegment();
    const parsed = parseTcp(region, start, end, addresses, segment);
    return parsed.ok ? describeSegment(segment) : parsed.error.reason;
  }
  if (protocol !== PROTOCOL_UDP) return undefined;
  const udp = emptyUdpHeader();
  const parsed = parseUdp(region, start, end, addresses, udp);
  return parsed.ok ? describeUdp(udp) : parsed.error.reason;
}
