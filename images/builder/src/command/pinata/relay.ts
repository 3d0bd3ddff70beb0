import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RecordWatcher } from './records.ts';

const SERVER_PORT = 10_000;
const CALL_PORT = 10_001;
const CALLED_PORT = 40_001;
const CLIENT_PORT = 10_002;

/** Where the client of a Pinata is to be had. */
export const THROUGH: readonly number[] = [CLIENT_PORT, CALL_PORT];

/** Connects server and client of the Pinata with that `page`; whether both opened. */
export async function relay(page: URL, through: number): Promise<boolean> {
  const host = page.hostname.replace(/^\[|\]$/g, '');
  const before = await opened(page);
  say(`port ${SERVER_PORT} with port ${through} of ${host}`);
  const client = await clientOf(host, through);
  const server = await connected(host, SERVER_PORT);
  const hidden = await join(server, client);
  const ways = await eventually(async () => {
    const now = await opened(page);
    const grown = [SERVER_PORT, through].filter((port) => now[port] > before[port]);
    return grown.length === 2;
  });
  say(
    ways
      ? `Both opened: the secret went by in both directions, somewhere in ${hidden} encrypted bytes. The keys are the Pinata's.`
      : 'They did not open for each other: the counters on the page are the same.',
  );
  return ways;
}

/** A connection on which the Pinata is a client. */
async function clientOf(host: string, through: number): Promise<Socket> {
  if (through === CLIENT_PORT) return connected(host, CLIENT_PORT);
  const server = createServer({ allowHalfOpen: true });
  server.listen(CALLED_PORT);
  await once(server, 'listening');
  try {
    // It may call back before we are told that it heard us.
    const [socket, call] = await Promise.all([called(server, host), connected(host, CALL_PORT)]);
    call.destroy();
    return socket;
  } finally {
    server.close();
  }
}

async function called(server: Server, host: string): Promise<Socket> {
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    const [socket] = (await once(server, 'connection', { signal })) as [Socket];
    return watched(socket);
  } catch {
    throw new Error(`${host} did not call back on port ${CALLED_PORT}`);
  }
}

async function connected(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: true });
  await once(socket, 'connect');
  return watched(socket);
}

/** Resets are told by 'close' as well. */
function watched(socket: Socket): Socket {
  return socket.on('error', () => {});
}

/** Passes on what each sends to the other, until both are silent; answers how much of it was encrypted. */
async function join(server: Socket, client: Socket): Promise<number> {
  const watchers = [
    pass(server, client, 'server -> client'),
    pass(client, server, 'client -> server'),
  ];
  const ends = [server, client].map((socket) => {
    socket.setTimeout(PATIENCE, () => socket.destroy());
    return new Promise((resolve) => socket.once('close', resolve));
  });
  await Promise.all(ends);
  return watchers.reduce((sum, { hidden }) => sum + hidden, 0);
}

function pass(from: Socket, to: Socket, arrow: string): RecordWatcher {
  const watcher = new RecordWatcher((line) => say(`  ${arrow} ${line}`));
  from.on('data', (chunk: Buffer) => {
    watcher.see(chunk);
    to.write(chunk);
  });
  from.on('end', () => to.end());
  from.on('close', (hadError: boolean) => hadError && to.destroy());
  return watcher;
}

/** How often each port opened so far, as the page says. */
async function opened(page: URL): Promise<Readonly<Record<number, number>>> {
  const response = await fetch(new URL('/pinata.json', page));
  const { ports } = (await response.json()) as { ports: Record<string, { opened: number }> };
  return Object.fromEntries(Object.entries(ports).map(([port, { opened }]) => [port, opened]));
}

async function eventually(check: () => Promise<boolean>): Promise<boolean> {
  for (let left = 20; left > 0; left--) {
    if (await check()) return true;
    await sleep(100);
  }
  return false;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Milliseconds. */
const PATIENCE = 10_000;
