import { agent } from '../agent/run.ts';
import type { Host } from '../lan.ts';

export interface TcpOutcome {
  /** Connections whose bytes all came back as they were. */
  readonly intact: number;
  /** The first ten of the others. */
  readonly damages: readonly Damage[];
  readonly milliseconds: number;
}

/** How a connection was damaged. */
export interface Damage {
  /** The client's port. */
  readonly port: number;
  readonly received: number;
  /** How many of the first bytes were as they should be, and what came then, in hexadecimal digits. */
  readonly matched: number;
  readonly wrong: string;
  /** The server ended in peace. */
  readonly isEnded: boolean;
  /** What Node.js says when it did not. */
  readonly error?: string | undefined;
}

/** Sends `bytes` over each of `connections` to an echo server at once, and compares what comes back. */
export async function exchange(
  host: Host,
  server: string,
  { connections = 1, bytes = 1000, port = 7, timeoutMs = 60_000 } = {},
): Promise<TcpOutcome> {
  const words = [server, String(port), String(connections), String(bytes)];
  return JSON.parse(await host.succeed(agent('./tcp.ts', ...words), { timeoutMs }));
}
