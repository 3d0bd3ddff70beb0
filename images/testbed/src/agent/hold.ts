/**
 * Opens connections and never reads from them: `hold.ts ADDRESS PORT CONNECTIONS [endless]`. With `endless` each
 * sends as much as the peer takes. Says `open` once all are; it resets them all after any line that it reads,
 * and says `reset`.
 */
import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';

const CHUNK = Buffer.alloc(65_536, 'x');

const [address, port, connections, endless] = process.argv.slice(2);
const sockets = await Promise.all(Array.from({ length: Number(connections) }, open));
console.log('open');
if (endless !== undefined) for (const socket of sockets) pour(socket);

for await (const _ of createInterface(process.stdin)) {
  for (const socket of sockets) socket.resetAndDestroy();
  console.log('reset');
}

function open(): Promise<Socket> {
  const socket = createConnection({ host: address, port: Number(port) });
  socket.pause();
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('connect', () => resolve(socket));
  });
}

function pour(socket: Socket): void {
  while (socket.writable && socket.write(CHUNK));
  if (socket.writable) socket.once('drain', () => pour(socket));
}
