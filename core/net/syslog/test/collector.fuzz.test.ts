import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { parseCollector } from '../src/collector.ts';
import { tcpTransport } from '../src/transport/tcp.ts';
import { tlsTransport } from '../src/transport/tls.ts';
import { udpTransport } from '../src/transport/udp.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);

const TRANSPORTS = [udpTransport, tcpTransport, tlsTransport(() => expect.unreachable())];
const PARTS = [
  ...['udp', 'tcp', 'tls', '://', ':', '/', '#', '@', '[', ']', '.', '-', '%', '?', ' ', '\0', 'ü'],
  ...['10.0.0.1', '2001:db8::1', 'logs.example', '514', '99999', 'sha256=', 'ab'.repeat(32)],
  ...['udp://', 'tls://', 'a'.repeat(64)],
];

it(`takes ${RUNS} collectors of any kind, and again what it took`, { timeout: 600_000 }, () => {
  const random = new Random(Number(process.env.ATOLL_SEED ?? 5424));
  let taken = 0;
  for (let run = 0; run < RUNS; run++) {
    let text = random.chance(0.7) ? random.pick(['udp://', 'tcp://', 'tls://']) : '';
    for (let count = random.below(6); count > 0; count--) text += random.pick(PARTS);
    const parsed = parseCollector(text, TRANSPORTS);
    if (!parsed.ok) continue;
    taken++;
    const { port, host, address } = parsed.value;
    expect(port >= 1 && port <= 0xffff && host !== '').toBe(true);
    const again = parseCollector(parsed.value.text, TRANSPORTS);
    expect(again).toMatchObject({ ok: true, value: { port, host, address } });
  }
  expect(taken).toBeGreaterThan(RUNS / 50);
});
