/**
 * Asks a server of DNS or echo without pause until it answers: `probe.ts ADDRESS PORT INTERVAL_US`. Says `asking`
 * once it began, then `answered` with the instant in nanoseconds of the machine's monotonic clock.
 */
import { createSocket } from 'node:dgram';

const [address, port, interval] = process.argv.slice(2);
const intervalNs = BigInt(interval) * 1000n;

/** A query with ID 0x7a01 for localhost A: every server answers that by itself (RFC 6761 section 6.3). */
const QUERY = Buffer.from(
  '7a0101000001000000000000' + '096c6f63616c686f737400' + '00010001',
  'hex',
);

const socket = createSocket('udp4');
socket.on('message', () => {
  console.log(`answered ${process.hrtime.bigint()}`);
  process.exit();
});
// Until the server is there, the network says that it cannot be reached.
socket.on('error', () => {});
socket.bind(() => {
  console.log('asking');
  let due = process.hrtime.bigint();
  ask();

  function ask(): void {
    const now = process.hrtime.bigint();
    if (now >= due) {
      due = now + intervalNs;
      socket.send(QUERY, Number(port), address, () => {});
    }
    // Timers count milliseconds; short intervals are waited for actively.
    if (intervalNs < 1_000_000n) setImmediate(ask);
    else setTimeout(ask, Number(intervalNs) / 1e6);
  }
});
