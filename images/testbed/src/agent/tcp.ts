/**
 * Talks to an echo server over many connections at once: `tcp.ts ADDRESS PORT CONNECTIONS BYTES`. Each
 * sends its own pattern of BYTES bytes, ends, and checks what comes back. Says how it went as JSON.
 */
import { createConnection } from 'node:net';
import type { Damage, TcpOutcome } from '../client/tcp.ts';

/** A prime number, so that no buffer has the same period. */
const PERIOD = 65_521;
const CHUNK = 65_536;
/** So many damaged connections are described, and how many bytes of what was wrong. */
const MOST_DAMAGES = 10;
const MOST_WRONG = 16;

const [address, port, connections, size] = process.argv.slice(2);
const bytes = Number(size);

const damages: Damage[] = [];
let intact = 0;
const began = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, (_, index) => exchange(index)));
const milliseconds = performance.now() - began;
const outcome: TcpOutcome = { intact, damages, milliseconds };
console.log(JSON.stringify(outcome));
process.exit();

function exchange(seed: number): Promise<void> {
  const socket = createConnection({ host: address, port: Number(port), allowHalfOpen: true });
  const pattern = patternOf(seed);
  let localPort = 0;
  let received = 0;
  let matched = 0;
  let wrong = '';
  let isEnded = false;
  let error: string | undefined;
  return new Promise((resolve) => {
    socket.on('connect', () => {
      localPort = socket.localPort ?? 0;
      write(0);
    });
    socket.on('data', (chunk: Buffer) => {
      const expected = slice(pattern, received, chunk.length);
      if (matched === received) {
        const count = chunk.equals(expected) ? chunk.length : commonLength(chunk, expected);
        matched += count;
        wrong = chunk.toString('hex', count, count + MOST_WRONG);
      }
      received += chunk.length;
    });
    socket.on('end', () => {
      isEnded = true;
    });
    socket.on('error', ({ message }) => {
      error = message;
    });
    socket.on('close', () => {
      if (error === undefined && received === bytes && matched === bytes) {
        intact++;
      } else if (damages.length < MOST_DAMAGES) {
        damages.push({ port: localPort, received, matched, wrong, isEnded, error });
      }
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

function commonLength(one: Buffer, other: Buffer): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}
