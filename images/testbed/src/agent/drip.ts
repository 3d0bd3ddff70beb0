/**
 * Opens connections, sends TEXT on each and after that one octet more every MILLISECONDS, as a peer does that wants to keep
 * a server busy: `drip.ts ADDRESS PORT CONNECTIONS MILLISECONDS TEXT [deaf]`. With `deaf` it never reads. Says `open` once
 * all are, and once all have ended `ended` with how many got which status, `none` for those that got none or are deaf.
 */
import type { Socket } from 'node:net';
import { createConnection } from 'node:net';

const [address, port, connections, pause, text, deaf] = process.argv.slice(2);
const statuses: Record<string, number> = {};
const sockets = await Promise.all(Array.from({ length: Number(connections) }, open));
console.log('open');
const timer = setInterval(() => {
  for (const socket of sockets) if (socket.writable) socket.write('x');
}, Number(pause));
await Promise.all(sockets.map(ended));
clearInterval(timer);
console.log(`ended ${JSON.stringify(statuses)}`);

function open(): Promise<Socket> {
  const socket = createConnection({ host: address, port: Number(port) });
  if (deaf !== undefined) socket.pause();
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.on('connect', () => socket.write(text, 'latin1', () => resolve(socket)));
  });
}

function ended(socket: Socket): Promise<void> {
  let heard = '';
  if (deaf === undefined) {
    socket.on('data', (bytes) => {
      heard = (heard + bytes.toString('latin1')).slice(0, 12);
    });
  }
  return new Promise((resolve) => {
    socket.on('close', () => {
      const status = heard.slice(9) || 'none';
      statuses[status] = (statuses[status] ?? 0) + 1;
      resolve();
    });
    if (socket.closed) socket.emit('close');
  });
}
