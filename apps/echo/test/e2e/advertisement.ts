import { internetChecksum, sum } from '@atoll/bytes/checksum';

/** The prefix of the advertisement, up to the identifier of a host. */
export const PREFIX = '2001:db8:1:0';

/** The address that `mac` makes of a prefix: modified EUI-64 (RFC 4291 appendix A). */
export function automaticAddress(prefix: string, mac: string): string {
  const [first, ...rest] = mac.split(':').map((octet) => Number.parseInt(octet, 16));
  const octets = [first ^ 2, rest[0], rest[1], 0xff, 0xfe, ...rest.slice(2)];
  const pairs = [0, 2, 4, 6].map((at) => ((octets[at] << 8) | octets[at + 1]).toString(16));
  return `${prefix}:${pairs.join(':')}`;
}

/**
 * The Ethernet frame in which a router says to all (RFC 4861 section 4.2): neighbours count as reachable for
 * a second, and are asked each 200 milliseconds; packets may pass 77 routers; 2001:db8:1::/64 is on this link and makes addresses.
 */
export function routerAdvertisement(): Uint8Array {
  const message = hex(MESSAGE.join(''));
  const header = hex(`3333 0000 0001 02a7010000ee 86dd 6000 0000 0000 3aff ${ROUTER} ${EVERYBODY}`);
  const frame = Uint8Array.from([...header, ...message]);
  const view = new DataView(frame.buffer);
  view.setUint16(18, message.length);
  const addresses = sum(frame, 22, header.length, 58 + message.length);
  const checksum = internetChecksum(frame, header.length, frame.length, addresses);
  view.setUint16(header.length + 2, checksum);
  return frame;
}

const ROUTER = 'fe80000000000000 00000000000000ee';
const EVERYBODY = 'ff02000000000000 0000000000000001';

const MESSAGE = [
  // Hop limit 77, no flags, half an hour; reachable time and retransmission timer.
  '8600 0000 4d 00 0708 000003e8 000000c8',
  // Its hardware address; an MTU of 1500.
  '01 01 02a7010000ee 05 01 0000 000005dc',
  // The prefix: on-link and autonomous, valid for a day, preferred for half a day.
  '03 04 40 c0 00015180 0000a8c0 00000000 20010db8000100000000000000000000',
  // A name server: 2001:db8:1::53 for an hour.
  '19 03 0000 00000e10 20010db8000100000000000000000053',
];

function hex(digits: string): Uint8Array {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex');
}
