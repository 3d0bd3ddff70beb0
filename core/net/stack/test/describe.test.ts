import { fromHex } from '@atoll/bytes/hex';
import { describe, expect, it } from 'vitest';
import { describeFrame } from '../src/describe.ts';
import { ipv4Frame, udpPayload } from './kit.ts';

const MACS = { from: 0x0200_0000_0002, to: 0x0200_0000_0001 };
const UDP = ipv4Frame(MACS, udpPayload(53, 4000, 24), {});

describe('describeFrame', () => {
  it.each([
    ['192.0.2.2 > 192.0.2.1 UDP 53 > 4000 length 24', UDP],
    [
      '192.0.2.2 > 192.0.2.1 protocol 17 length 28 fragment 5@16',
      ipv4Frame(MACS, new Uint8Array(8), { fragmentOffset: 16, identification: 5 }),
    ],
    [
      '192.0.2.2 > 192.0.2.1 protocol 6 length 20',
      ipv4Frame(MACS, new Uint8Array(), { protocol: 6 }),
    ],
    ['the frame ends in its Ethernet header', UDP.slice(0, 10)],
    ['the IPv4 datagram is cut short', UDP.slice(0, 30)],
    ['192.0.2.2 > 192.0.2.1 the UDP datagram is cut short', ipv4Frame(MACS, new Uint8Array(7), {})],
    [
      '192.0.2.2 > 192.0.2.1 the ICMP message is too short',
      ipv4Frame(MACS, new Uint8Array(7), { protocol: 1 }),
    ],
    [
      '02:00:00:00:00:02 > 33:33:00:00:00:01 type 0x86dd',
      fromHex('333300000001 020000000002 86dd') ?? UDP,
    ],
    ['the ARP packet is too short', fromHex('ffffffffffff 020000000002 0806') ?? UDP],
  ])('%s', (line, frame) => {
    expect(describeFrame(frame, frame.length)).toBe(line);
  });
});
