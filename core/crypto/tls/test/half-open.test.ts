/** What a server holds for clients that go silent in the middle of a handshake. */
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import type { TlsConnection } from '../src/connection.ts';
import { schemeCode } from '../src/credentials.ts';
import { HANDSHAKE } from '../src/frame.ts';
import { emitMessage, parseMessage } from '../src/message.ts';
import type { ServerConfig } from '../src/server/config.ts';
import { tlsServer } from '../src/server.ts';
import { connectedOf, GROUPS, NOW, Pair, SERVER } from './kit.ts';
import { OLD_SERVER, pair12 } from './tls12/kit.ts';

/** Bytes for each, on Node.js. */
const BOUND = 8_000;

const random = new Random(5);

/** As large as any, and without the work: what is measured is what stays. */
const EFFORTLESS: ServerConfig = {
  ...SERVER,
  groups: [
    {
      ...GROUPS.x25519,
      kem: {
        ...GROUPS.x25519.kem,
        encapsulate: () => ({ ciphertext: random.bytes(32), shared: random.bytes(32) }),
        generate: () => ({ privateKey: random.bytes(32), publicKey: random.bytes(32) }),
      },
    },
  ],
  credentials: () => [
    {
      chain: [random.bytes(900), random.bytes(700)],
      signers: [{ scheme: schemeCode('ed25519'), sign: () => random.bytes(64) }],
    },
  ],
};

const HELLO = new Pair().flights[0].bytes;

/** The hello with `length` bytes in an extension that nobody knows. */
function longHello(length: number, hello = HELLO): Uint8Array {
  const parsed = parseMessage(hello.slice(5));
  if (!parsed.ok || parsed.value.type !== HANDSHAKE.CLIENT_HELLO) throw new Error('no ClientHello');
  const unknown = { type: 0x7a7a, data: new Uint8Array(length) };
  const extensions = [unknown, ...parsed.value.extensions];
  const message = emitMessage({ ...parsed.value, extensions });
  return Uint8Array.of(22, 3, 1, message.length >> 8, message.length & 0xff, ...message);
}

/** So many servers that answered `hello`, and the bytes that each of them takes. */
function halfOpen(count: number, config: ServerConfig, hello: Uint8Array) {
  let sent = 0;
  const open = () => {
    const connection = tlsServer(config, random);
    sent += connection.handle(hello.slice(), NOW).send.length;
    return connection;
  };
  open();
  const before = memory();
  const held: TlsConnection[] = [];
  for (let i = 0; i < count; i++) held.push(open());
  const each = (memory() - before) / count;
  expect(sent).toBeGreaterThan(90 * count);
  expect(held.every((connection) => !connection.isReadClosed)).toBe(true);
  return { held, each };
}

function memory(): number {
  // The second one waits until the buffers that the first one found are freed.
  for (let i = 0; i < 2; i++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('a server', () => {
  it('holds little for ten thousand that do not finish their hello', () => {
    const before = memory();
    const held = Array.from({ length: 10_000 }, () => {
      const connection = tlsServer(SERVER, random);
      connection.handle(HELLO.slice(0, -1), NOW);
      return connection;
    });
    const each = (memory() - before) / held.length;
    expect(held.every((connection) => !connection.isReadClosed)).toBe(true);
    expect(each).toBeLessThan(BOUND);
  });

  it('holds little for ten thousand that say nothing after its flight, and serves others', () => {
    const { held, each } = halfOpen(10_000, EFFORTLESS, HELLO);
    expect(each).toBeLessThan(BOUND);
    expect(connectedOf(new Pair().run().server).resumed).toBe(false);
    expect(held.length).toBe(10_000);
  });

  it('remembers of a long hello that it asked again no more than of a short one', () => {
    const config = { ...EFFORTLESS, groups: [GROUPS.p256] };
    expect(halfOpen(1_000, config, longHello(16_000)).each).toBeLessThan(BOUND);
  });

  it('holds as little with TLS 1.2, also after a long hello', () => {
    const config = { ...EFFORTLESS, ...OLD_SERVER };
    const hello = pair12().flights[0].bytes;
    expect(halfOpen(10_000, config, hello).each).toBeLessThan(BOUND);
    expect(halfOpen(1_000, config, longHello(16_000, hello)).each).toBeLessThan(BOUND);
  });
});
