import { describeArp, parseArp } from '@atoll/arp/packet';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import {
  describeEthernet,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  parseEthernet,
} from '@atoll/ethernet/packet';
import { describeIcmp, parseIcmp } from '@atoll/icmp/packet';
import { ipv4Text } from '@atoll/ipv4/address';
import type { Ipv4Header } from '@atoll/ipv4/packet';
import {
  describeIpv4,
  emptyIpv4Header,
  PROTOCOL_ICMP,
  PROTOCOL_UDP,
  parseIpv4,
} from '@atoll/ipv4/packet';
import { addressSum } from '@atoll/ipv4/pseudo-header';
import { describeUdp, emptyUdpHeader, parseUdp } from '@atoll/udp/packet';

/** One line about the frame in the first `length` of `bytes`, for traces: its innermost known protocol. */
export function describeFrame(bytes: Uint8Array, length: number): string {
  const ethernet = parseEthernet(bytes, length);
  if (!ethernet.ok) return ethernet.error.reason;
  const { etherType } = ethernet.value;
  if (etherType === ETHERTYPE_ARP) {
    const arp = parseArp(bytes, ETHERNET_HEADER_LENGTH, length);
    return arp.ok ? describeArp(arp.value) : arp.error.reason;
  }
  if (etherType !== ETHERTYPE_IPV4) return describeEthernet(ethernet.value);
  const header = emptyIpv4Header();
  const ipv4 = parseIpv4({ bytes, address: 0 }, ETHERNET_HEADER_LENGTH, length, header);
  return ipv4.ok ? describePayload(bytes, header) : ipv4.error.reason;
}

function describePayload(bytes: Uint8Array, header: Ipv4Header): string {
  const { source, destination, protocol } = header;
  const isFragment = header.moreFragments || header.fragmentOffset > 0;
  if (isFragment || (protocol !== PROTOCOL_UDP && protocol !== PROTOCOL_ICMP)) {
    return describeIpv4(header);
  }
  const region = { bytes, address: 0 };
  const start = ETHERNET_HEADER_LENGTH + header.headerLength;
  const end = ETHERNET_HEADER_LENGTH + header.totalLength;
  const addresses = `${ipv4Text(source)} > ${ipv4Text(destination)}`;
  if (protocol === PROTOCOL_ICMP) {
    const icmp = parseIcmp(region, start, end);
    return `${addresses} ${icmp.ok ? describeIcmp(icmp.value) : icmp.error.reason}`;
  }
  const udp = emptyUdpHeader();
  const parsed = parseUdp(region, start, end, addressSum(source, destination), udp);
  return `${addresses} ${parsed.ok ? describeUdp(udp) : parsed.error.reason}`;
}
