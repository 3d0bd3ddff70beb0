/**
 * Talks to an echo server over many connections at once: `tcp.ts ADDRESS PORT CONNECTIONS BYTES`. Each
 * sends its own pattern of BYTES bytes, ends, and checks what comes back. Says how it went as JSON.
 */
import { createConnection } from 'node:net';

/** A prime number, so that no buffer has the same period. */
const PERIOD = 65_521;
const CHUNK = 65_536;

const [address, port, connections, size] = process.argv.slice(2);
const bytes = Number(size);

const outcome = { intact: 0, damaged: 0, failed: {} as Record<string, number>, milliseconds: 0 };
const began = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, (_, index) => exchange(index)));
outcome.milliseconds = performance.now() - began;
console.log(JSON.stringify(outcome));
process.exit();

function exchange(seed: number): Promise<void> {
  const socket = createConnection({ host: address, port: Number(port), allowHalfOpen: true });
  const pattern = patternOf(seed);
  let received = 0;
  let isIntact = true;
  return new Promise((resolve) => {
    socket.on('connect', () => write(0));
    socket.on('data', (chunk: Buffer) => {
      isIntact &&= chunk.equals(slice(pattern, received, chunk.length));
      received += chunk.length;
    });
    socket.on('error', ({ message }) => {
      outcome.failed[message] = (outcome.failed[message] ?? 0) + 1;
      isIntact = false;
    });
    socket.on('close', () => {
      if (isIntact && received === bytes) outcome.intact++;
      else outcome.damaged++;
      resolve();
    });
  });

  function write(from: number): void {
    const chunk = slice(pattern, from, Math.min(CHUNK, bytes - from));
    if (from + chunk.length >= bytes) socket.end(chunk);
    else if (socket.write(chunk)) setImmediate(() => write(from + chunk.length));
    else socket.once('drain', () => write(from + chunk.length));
  }
}

/** Bytes whose place shows, with room for a chunk behind the period. */
function patternOf(seed: number): Buffer {
  const pattern = Buffer.alloc(PERIOD + CHUNK * 2);
  for (let at = 0; at < pattern.length; at++) {
    const place = at % PERIOD;
    pattern[at] = (place * 31 + (place >>> 8) * 17 + seed * 7) & 0xff;
  }
  return pattern;
}

function slice(pattern: Buffer, from: number, length: number): Buffer {
  return pattern.subarray(from % PERIOD, (from % PERIOD) + length);
}
