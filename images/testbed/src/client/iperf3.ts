import type { Namespace } from '../namespace.ts';

export interface Iperf3Options {
  /** The server sends instead of the client. */
  readonly reverse?: boolean;
  readonly seconds?: number;
  readonly streams?: number;
  readonly words?: readonly string[];
}

/** What iperf3 measured at the receiver. */
export interface Throughput {
  readonly bytes: number;
  readonly bitsPerSecond: number;
  /** By the client, when it is the sender. */
  readonly retransmits: number | undefined;
}

export async function iperf3(
  host: Namespace,
  server: string,
  { reverse = false, seconds = 1, streams = 1, words = [] }: Iperf3Options = {},
): Promise<Throughput> {
  const options = [
    '-t',
    String(seconds),
    '-P',
    String(streams),
    ...(reverse ? ['-R'] : []),
    ...words,
  ];
  const command = ['iperf3', '--json', '-c', server, ...options];
  const { stdout, stderr, signal } = await host.run(command, {
    timeoutMs: seconds * 1000 + PATIENCE_MS,
  });
  if (stdout === '') throw new Error(`${host.name}: ${command.join(' ')}: ${signal ?? stderr}`);
  const report = JSON.parse(stdout) as Report;
  if (report.error !== undefined) throw new Error(`${command.join(' ')}: ${report.error}`);
  const { sum_received: received, sum_sent: sent } = report.end;
  return {
    bytes: received.bytes,
    bitsPerSecond: received.bits_per_second,
    retransmits: sent.retransmits,
  };
}

/** How much longer than it should a test may take. */
const PATIENCE_MS = 30_000;

interface Report {
  readonly error?: string;
  readonly end: {
    readonly sum_received: { readonly bytes: number; readonly bits_per_second: number };
    readonly sum_sent: { readonly retransmits?: number };
  };
}
