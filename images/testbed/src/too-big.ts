import { internetChecksum, sum } from '@atoll/bytes/checksum';

/**
 * The Ethernet frame with which a router answers `frame`, whose packet is larger than `mtu`: ICMP
 * destination unreachable, fragmentation needed (RFC 1191 section 4), or ICMPv6 packet too big (RFC 4443
 * section 3.2). It comes from where the packet was going. `undefined` for what no router would answer.
 */
export function tooBig(frame: Uint8Array, mtu: number): Uint8Array | undefined {
  const etherType = frame[12] * 256 + frame[13];
  const packet = frame.subarray(ETHERNET_HEADER_LENGTH);
  let report: Uint8Array | undefined;
  if (etherType === ETHERTYPE_IPV4 && (packet[6] & DONT_FRAGMENT) !== 0) {
    report = reportIpv4(packet, mtu);
  } else if (etherType === ETHERTYPE_IPV6 && packet[6] !== NEXT_ICMPV6) {
    report = reportIpv6(packet, mtu);
  }
  if (report === undefined) return undefined;
  const answer = new Uint8Array(ETHERNET_HEADER_LENGTH + report.length);
  answer.set(frame.subarray(6, 12), 0);
  answer.set(frame.subarray(0, 6), 6);
  answer.set(frame.subarray(12, 14), 12);
  answer.set(report, ETHERNET_HEADER_LENGTH);
  return answer;
}

function reportIpv4(packet: Uint8Array, mtu: number): Uint8Array {
  const quoted = packet.subarray(0, 548);
  const report = new Uint8Array(28 + quoted.length);
  const view = new DataView(report.buffer);
  report.set([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1]);
  view.setUint16(2, report.length);
  report.set(packet.subarray(16, 20), 12);
  report.set(packet.subarray(12, 16), 16);
  view.setUint16(10, internetChecksum(report, 0, 20));
  report.set([3, 4], 20);
  view.setUint16(26, mtu);
  report.set(quoted, 28);
  view.setUint16(22, internetChecksum(report, 20, report.length));
  return report;
}

function reportIpv6(packet: Uint8Array, mtu: number): Uint8Array {
  const quoted = packet.subarray(0, 1232);
  const report = new Uint8Array(48 + quoted.length);
  const view = new DataView(report.buffer);
  report[0] = 0x60;
  view.setUint16(4, report.length - 40);
  report.set([NEXT_ICMPV6, 64], 6);
  report.set(packet.subarray(24, 40), 8);
  report.set(packet.subarray(8, 24), 24);
  report[40] = 2;
  view.setUint32(44, mtu);
  report.set(quoted, 48);
  const addresses = sum(report, 8, 40, NEXT_ICMPV6 + report.length - 40);
  view.setUint16(42, internetChecksum(report, 40, report.length, addresses));
  return report;
}

const ETHERNET_HEADER_LENGTH = 14;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const DONT_FRAGMENT = 0x40;
const NEXT_ICMPV6 = 58;
