import { networkInterfaces } from 'node:os';
import { parseIpv6 } from '@atoll/ipv6/address';
import { withZone } from '@atoll/ipv6/zone';
import { expect as unwrap } from '@atoll/result/result';
import { afterEach, describe, expect, it } from 'vitest';
import { addressOf, addressText } from '../src/socket/address.ts';
import { hostTcp } from '../src/socket/tcp.ts';
import { hostUdp } from '../src/socket/udp.ts';

/** The link-local addresses of this machine: there may be none. */
const OWN = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
  addresses.flatMap((one) =>
    one.family === 'IPv6' && one.scopeid > 0
      ? [{ text: `${one.address}%${name}`, address: one.address, zone: one.scopeid }]
      : [],
  ),
);

/** So that two runs at once do not meet. */
const PORT = 20_000 + (process.pid % 10_000);

describe('an address without a zone', () => {
  it.each(['192.0.2.1', '2001:db8::1', '::1', 'fe80::1'])('is what it was: %s', (text) => {
    expect(addressText(addressOf(text))).toBe(text);
  });

  it('is also one whose interface nobody knows', () => {
    expect(addressText(addressOf('fe80::1%nowhere'))).toBe('fe80::1');
  });
});

describe.skipIf(OWN.length === 0)('a link-local address of this machine', () => {
  const cleanups: (() => void)[] = [];
  afterEach(() => {
    for (const cleanup of cleanups.splice(0)) cleanup();
  });
  const fail = (reason: string) => expect.unreachable(reason);

  it('has the number of its interface, which the host knows by name', () => {
    for (const { text, address, zone } of OWN) {
      expect(addressOf(text)).toBe(withZone(unwrap(parseIpv6(address)), zone));
      expect(addressText(addressOf(text))).toBe(text);
    }
  });

  it('is bound, is sent to, and is where datagrams come from', async () => {
    const [{ text }] = OWN;
    const address = addressOf(text);
    const sockets = hostUdp(new Map([[53, { address: text, port: PORT }]]), () => {}, fail);
    const from = await new Promise((resolve) => {
      const server = sockets.bind(53, (payload, asked) => server?.send(payload, asked));
      const client = sockets.bind(0, (_, answered) => resolve(answered));
      cleanups.push(
        () => server?.close(),
        () => client?.close(),
      );
      client?.send(new Uint8Array(1), { address, port: PORT });
    });
    expect(from).toEqual({ address, port: PORT });
  });

  it('is listened on, and connected to', async () => {
    const [{ text }] = OWN;
    const address = addressOf(text);
    const sockets = hostTcp(new Map([[53, { address: text, port: PORT }]]), () => {}, fail);
    const remote = await new Promise((resolve) => {
      const listener = sockets.listen(53, (connection) => {
        resolve(connection.remote.address);
        connection.abort();
        return { onReadable() {} };
      });
      cleanups.push(() => listener?.close());
      // Listening begins later than this call.
      setTimeout(() => sockets.connect({ address, port: PORT }, () => ({ onReadable() {} })), 50);
    });
    expect(remote).toBe(address);
  });
});
