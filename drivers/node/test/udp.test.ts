import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { hostUdp } from '../src/socket/udp.ts';

const LOOPBACK = 0x7f00_0001;

describe('hostUdp', () => {
  const cleanups: (() => void)[] = [];
  afterEach(() => {
    for (const cleanup of cleanups.splice(0)) cleanup();
  });

  it('serves a mapped port and answers where the datagram came from', async () => {
    const port = await freePort();
    const failures: string[] = [];
    const sockets = hostUdp(
      new Map([[53, { address: '127.0.0.1', port }]]),
      () => {},
      (reason) => failures.push(reason),
    );
    const server = sockets.bind(53, (payload, from, to) => {
      expect(to).toEqual({ address: LOOPBACK, port: 53 });
      server?.send(
        payload.map((byte) => byte + 1),
        from,
      );
    });
    const client = sockets.bind(0, (payload, from) => received({ payload: [...payload], from }));
    let received: (value: object) => void = () => {};
    const answer = new Promise((resolve) => {
      received = resolve;
    });
    cleanups.push(
      () => server?.close(),
      () => client?.close(),
    );
    client?.send(new Uint8Array([1, 2, 3]), { address: LOOPBACK, port });
    expect(await answer).toEqual({ payload: [2, 3, 4], from: { address: LOOPBACK, port } });
    expect(failures).toEqual([]);
  });

  it('says which port cannot be had', async () => {
    const blocker = createSocket('udp4');
    await new Promise<void>((resolve) => blocker.bind(0, '127.0.0.1', resolve));
    const { port } = blocker.address();
    const failure = new Promise<string>((resolve) => {
      const ports = new Map([[53, { address: '127.0.0.1', port }]]);
      hostUdp(ports, () => {}, resolve).bind(53, () => {});
    });
    expect(await failure).toContain(`UDP 127.0.0.1:${port}: bind EADDRINUSE`);
    blocker.close();
  });
});

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}
