import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';

/** DNS messages that are wrong in ways that have hurt servers, by what is wrong with them. */
export const BAD_DNS: ReadonlyArray<readonly [what: string, message: Uint8Array]> = [
  ['nothing', hex('')],
  ['half a header', hex('1234 0100 0001')],
  ['a header that promises a question', hex('1234 0100 0001 0000 0000 0000')],
  ['a pointer to itself', hex('1234 0100 0001 0000 0000 0000 c00c 0001 0001')],
  ['pointers to each other', hex('1234 0100 0001 0000 0000 0000 c00e c00c 0001 0001')],
  ['a pointer forwards', hex('1234 0100 0001 0000 0000 0000 c020 0001 0001')],
  ['a pointer beyond the end', hex('1234 0100 0001 0000 0000 0000 ffff 0001 0001')],
  ['a label beyond the end', hex('1234 0100 0001 0000 0000 0000 3f61 6263')],
  ['a reserved label type', hex('1234 0100 0001 0000 0000 0000 4061 00 0001 0001')],
  ['a name of 320 octets', longName()],
  ['65,535 questions', hex('1234 0100 ffff 0000 0000 0000 00 0001 0001')],
  ['65,535 records', hex('1234 0100 0001 ffff ffff ffff 00 0001 0001')],
  ['two OPT records', hex(`1234 0100 0001 0000 0000 0002 00 0001 0001 ${OPT()} ${OPT()}`)],
  [
    'an OPT record longer than it is',
    hex('1234 0100 0001 0000 0000 0001 00 0001 0001 0000291000000000 00ff'),
  ],
  ['an answer', hex('1234 8180 0001 0000 0000 0000 00 0001 0001')],
  ['class NONE', hex('1234 0100 0001 0000 0000 0000 0161 00 0001 00fe')],
  ['an ARP packet', hex('0001 0800 0604 0001 02a701000009 0a000009 000000000000 0a000002')],
];

/** DHCP messages that are wrong, by what is wrong with them. */
export const BAD_DHCP: ReadonlyArray<readonly [what: string, message: Uint8Array]> = [
  ['nothing', hex('')],
  ['no options', discover('')],
  ['an option beyond the end', discover('63825363 35ff01')],
  ['no end', discover('63825363 350101')],
  ['an overload that overlays itself', discover('63825363 350101 340103 ff')],
  ['an unknown message type', discover('63825363 3501f0 ff')],
  ['an empty message type', discover('63825363 3500 ff')],
  ['a client identifier of 255 octets', discover(`63825363 350101 3dff ${'ab'.repeat(255)} ff`)],
  ['a host name of control characters', discover('63825363 350101 0c04 000a0d1b ff')],
  ['a hardware address of 255 octets', withOctet(discover('63825363 350101 ff'), 2, 255)],
];

/** Ethernet frames for `mac` that are wrong below UDP, by what is wrong with them. */
export function badFrames(mac: string): ReadonlyArray<readonly [what: string, frame: Uint8Array]> {
  const ethernet = `${mac.replaceAll(':', '')} 02a7010000ee`;
  const ipv4 = (header: string) => hex(`${ethernet} 0800 ${header}`);
  return [
    ['an Ethernet header alone', hex(`${ethernet} 0800`)],
    ['an IPv4 header cut short', ipv4('4500 0054')],
    ['an IPv4 header of no length', ipv4(`40${DATAGRAM.slice(2)}`)],
    ['a total length beyond the frame', ipv4(DATAGRAM.replace('0020', 'ffff'))],
    ['a total length below the header', ipv4(DATAGRAM.replace('0020', '0004'))],
    ['a fragment that ends beyond 65,535', ipv4(DATAGRAM.replace('00004000', '00001fff'))],
    ['a fragment of nothing', ipv4('45000014 00002000 40110000 0a0000ee 0a000002')],
    ['IPv6', hex(`${ethernet} 86dd 6000000000003b40 ${'00'.repeat(32)}`)],
    ['an ARP packet cut short', hex(`${ethernet} 0806 0001 0800 06`)],
    [
      'ARP for hardware addresses of 255 octets',
      hex(`${ethernet} 0806 0001 0800 ff04 0001 ${'00'.repeat(20)}`),
    ],
    ['an unknown type', hex(`${ethernet} 1234 ${'5a'.repeat(100)}`)],
    ['a frame of 1,518 octets', hex(`${ethernet} 0800 45 ${'00'.repeat(1503)}`)],
    ['a frame of 9,014 octets', hex(`${ethernet} 0800 4500 2328 ${'00'.repeat(8996)}`)],
  ];
}

/** `count` damaged copies of good messages, the same ones for a `seed`. */
export function damaged(messages: readonly Uint8Array[], count: number, seed: number) {
  const random = new Random(seed);
  return Array.from({ length: count }, () => mutate(random, random.pick(messages)));
}

/** A question for router.lan with EDNS. */
export const GOOD_DNS = hex(
  '1234 0100 0001 0000 0000 0001 06726f75746572036c616e00 0001 0001 00002904d0000000000000',
);

export const GOOD_DHCP = discover('63825363 350101 0c046c617074 3204 0a000064 3704 0103060f ff');

/** UDP from 10.0.0.238 port 1000 to 10.0.0.2 port 53, four octets of data. */
const DATAGRAM = '45000020 00004000 40110000 0a0000ee 0a000002 03e8003500 0c0000 00000000';

/** A DHCPDISCOVER's fixed part (RFC 2131 section 2) and what follows it. */
function discover(rest: string): Uint8Array {
  return hex(
    `01010600 7a017a01 0000 8000 ${'00'.repeat(16)} 02a7010000ee ${'00'.repeat(202)} ${rest}`,
  );
}

function longName(): Uint8Array {
  return hex(`1234 0100 0001 0000 0000 0000 ${`3f${'61'.repeat(63)}`.repeat(5)} 00 0001 0001`);
}

function OPT(): string {
  return '00002904d0000000000000';
}

function withOctet(message: Uint8Array, at: number, octet: number): Uint8Array {
  return message.map((old, index) => (index === at ? octet : old));
}

function hex(digits: string): Uint8Array {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex');
}
