import { fromHex } from '@atoll/bytes/hex';
import { traced } from '@atoll/device/tracer';
import { Logger } from '@atoll/log/log';
import { Lan } from '@atoll/sim/lan';
import { describe, expect, it } from 'vitest';
import { describeFrame } from '../src/describe.ts';
import { Stack } from '../src/stack.ts';
import { ALICE, BOB, ipv4Frame, machine, udpPayload } from './kit.ts';

const MACS = { from: 0x0200_0000_0002, to: 0x0200_0000_0001 };
/** A segment with its checksum, from port 53 to 80. */
const SYN = fromHex('0035 0050 00000007 00000000 5002 0009 2b4a 0000') ?? new Uint8Array();
const TCP = { protocol: 6 };
const UDP = ipv4Frame(MACS, udpPayload(53, 4000, 24), {});

describe('describeFrame', () => {
  it.each([
    ['192.0.2.2 > 192.0.2.1 UDP 53 > 4000 length 24', UDP],
    [
      '192.0.2.2 > 192.0.2.1 protocol 17 length 28 fragment 5@16',
      ipv4Frame(MACS, new Uint8Array(8), { fragmentOffset: 16, identification: 5 }),
    ],
    [
      '192.0.2.2 > 192.0.2.1 protocol 132 length 20',
      ipv4Frame(MACS, new Uint8Array(), { protocol: 132 }),
    ],
    ['the frame ends in its Ethernet header', UDP.slice(0, 10)],
    ['the IPv4 datagram is cut short', UDP.slice(0, 30)],
    ['192.0.2.2 > 192.0.2.1 the UDP datagram is cut short', ipv4Frame(MACS, new Uint8Array(7), {})],
    [
      '192.0.2.2 > 192.0.2.1 the ICMP message is too short',
      ipv4Frame(MACS, new Uint8Array(7), { protocol: 1 }),
    ],
    [
      '02:00:00:00:00:02 > 33:33:00:00:00:01 type 0x88cc',
      fromHex('333300000001 020000000002 88cc') ?? UDP,
    ],
    ['the IPv6 packet is cut short', fromHex('333300000001 020000000002 86dd') ?? UDP],
    [
      'fe80::2 > ff02::1 next 0 length 0',
      fromHex(
        '333300000001 020000000002 86dd 6000000000000040' +
          'fe800000000000000000000000000002 ff020000000000000000000000000001',
      ) ?? UDP,
    ],
    ['192.0.2.2 > 192.0.2.1 TCP 53 > 80 [S] seq 7 win 9 length 0', ipv4Frame(MACS, SYN, TCP)],
    ['the ARP packet is too short', fromHex('ffffffffffff 020000000002 0806') ?? UDP],
  ])('%s', (line, frame) => {
    expect(describeFrame(frame, frame.length)).toBe(line);
  });

  it('does not look at checksums that a device answers for or has yet to write', () => {
    const lines: string[] = [];
    const lan = new Lan(1, { offloads: true });
    const bob = machine(lan, 'bob', BOB);
    bob.stack.tcp.listen(7, () => ({ onReadable() {} }));
    const host = lan.host('alice');
    const stack = new Stack({ entropy: host.entropy, log: new Logger(() => {}) });
    const device = traced(host.device, describeFrame, (line) => lines.push(line));
    stack.attach({ device, ipv4: { address: ALICE, length: 24 } });
    host.run(stack);
    stack.tcp.connect({ address: BOB, port: 7 }, (connection) => ({
      onConnected: () => connection.write(new Uint8Array(20_000)),
      onReadable() {},
    }));
    lan.run(1000);
    expect(lines.filter((line) => line.includes('checksum'))).toEqual([]);
    // What the device cuts into frames.
    expect(lines.some((line) => Number(/ length (\d+)/.exec(line)?.[1]) > 1500)).toBe(true);
  });
});
