/**
 * Sends a UDP datagram for each line `PORT HEX`, and says `sent N` after the line `end N`:
 * `datagrams.ts ADDRESS`.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const [address] = process.argv.slice(2);

const socket = createSocket('udp4');
// A server that refuses a datagram may say so by ICMP; that is no reason to stop.
socket.on('error', () => {});
socket.bind();
await once(socket, 'listening');
for await (const line of createInterface(process.stdin)) {
  const [first, second] = line.split(' ');
  if (first === 'end') console.log(`sent ${second}`);
  else await send(Number(first), Buffer.from(second, 'hex'));
}
socket.close();

function send(port: number, payload: Buffer): Promise<void> {
  return new Promise((resolve) => socket.send(payload, port, address, () => resolve()));
}
