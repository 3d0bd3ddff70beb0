import { agent } from '../agent/run.ts';
import type { Host } from '../lan.ts';

export interface TcpOutcome {
  /** Connections whose bytes all came back as they were, and the others. */
  readonly intact: number;
  readonly damaged: number;
  /** How many failed, by what Node.js says. */
  readonly failed: Readonly<Record<string, number>>;
  readonly milliseconds: number;
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
