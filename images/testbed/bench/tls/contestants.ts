import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage } from '@atoll/builder/image';
import { ON_CLIENT_CORE, ON_SERVER_CORE } from '../../src/contest.ts';
import type { Host, Lan } from '../../src/lan.ts';
import { compile } from '../../src/native/compile.ts';
import type { Command, Running } from '../../src/process.ts';
import { Server } from '../../src/server.ts';
import { imagesOf } from '../../src/target/images.ts';
import type { Issued } from '../../test/tls/authority.ts';

/** A server of TLS on a network, with ports for handshakes, for bytes to it and for bytes from it. */
export interface Contestant {
  readonly name: string;
  readonly address: string;
  readonly ports: { readonly handshakes: number; readonly in: number; readonly out: number };
  /** Seconds used so far by its processes. */
  processorTime(): number;
  stop(): Promise<void>;
}

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const APP = { name: 'tls-services', folder: join(import.meta.dirname, '../../test/tls/appliance') };
const PORTS = { handshakes: 443, in: 1009, out: 1019 };

/** Builds what is ours. */
export async function build(): Promise<void> {
  for (const target of ['unix', 'node'] as const) {
    const output = join(DIST, `tls-services.${target === 'node' ? 'mjs' : target}`);
    await buildImage({ app: APP, target, output });
  }
}

/** Our image, behind a TAP. */
export async function image(lan: Lan, client: Host, issued: Issued): Promise<Contestant> {
  const { unix } = imagesOf('tls-services', DIST);
  const address = '10.0.0.2';
  const words = [`--ipv4=${address}/24`, ...credentials(issued)];
  const server = new Server(lan, unix, { address: `${address}/24`, port: 7, words });
  await server.start(client, { through: ON_SERVER_CORE, words, memory: 64 });
  return {
    name: 'unix',
    address,
    ports: PORTS,
    processorTime: () => server.processorTime(),
    stop: () => server.stop(),
  };
}

/** The same appliance on Node.js, on the sockets of Linux. */
export async function node(host: Host, address: string, issued: Issued): Promise<Contestant> {
  const file = join(DIST, 'tls-services.mjs');
  const ports = Object.values(PORTS).map((port) => `--tcp:${port}=${address}:${port}`);
  const words = [...ports, '--', ...credentials(issued)];
  const running = host.start([...ON_SERVER_CORE, process.execPath, file, ...words]);
  await running.says(/ready/);
  return ofProcesses('node', address, PORTS, [running]);
}

export async function lemon(host: Host, address: string, issued: Issued): Promise<Contestant> {
  const file = join(import.meta.dirname, 'lemon.ts');
  const words = ['--import', 'tsx', file, issued.certificateFile, issued.keyFile];
  const running = host.start([...ON_SERVER_CORE, process.execPath, ...words]);
  await running.says(/ready/);
  return ofProcesses('lemon-tls', address, PORTS, [running]);
}

/** OpenSSL where our image is: behind a TAP, whose frames a process hands on to a second one, with the same offloads. */
export async function opensslBehindTap(
  lan: Lan,
  address: string,
  issued: Issued,
): Promise<Contestant> {
  const [host, near] = lan.hostBehindTap('openssl-tap', `${address}/24`);
  const program = compile('forward', lan.folder);
  const forward = lan.wire.start([...ON_SERVER_CORE, program, near, host.path, 'eth0']);
  await forward.says(/ready/);
  return openssl(lan, host, address, issued, forward);
}

/** One `openssl s_server` that takes what comes, and one that has a file; `forward` is what their frames go through. */
export async function openssl(
  lan: Lan,
  host: Host,
  address: string,
  issued: Issued,
  forward?: Running,
): Promise<Contestant> {
  const zeros = join(lan.folder, 'bulk');
  writeFileSync(zeros, new Uint8Array(FILE_BYTES));
  const base = `openssl s_server -quiet -tls1_3 -num_tickets 1 -cert ${issued.certificateFile} -key ${issued.keyFile}`;
  // What it is sent goes to its output, which nobody shall have to read.
  const start = (words: string) =>
    host.start(
      [...ON_SERVER_CORE, 'sh', '-c', `cd ${lan.folder} && exec ${base} ${words} > /dev/null`],
      {
        keepInput: true,
      },
    );
  const ports = { handshakes: 443, in: 443, out: 1019 };
  const running = [start('-accept 443'), start('-accept 1019 -WWW')];
  await new Promise((resolve) => setTimeout(resolve, 300));
  if (forward === undefined) return ofProcesses('openssl', address, ports, running);
  return ofProcesses('openssl-tap', address, ports, [...running, forward]);
}

function ofProcesses(
  name: string,
  address: string,
  ports: Contestant['ports'],
  running: readonly Running[],
): Contestant {
  return {
    name,
    address,
    ports,
    processorTime: () => running.reduce((sum, one) => sum + one.processorTime(), 0),
    async stop() {
      for (const one of running) await one.stop();
    },
  };
}

/** Handshakes with X25519MLKEM768 per second of the processor of `server`, asked by an image of ours. */
export async function hybridHandshakes(
  lan: Lan,
  server: Contestant,
  rootFile: string,
): Promise<number> {
  const { unix } = imagesOf('tls-services', DIST);
  const address = '10.0.0.6/24';
  const client = new Server(lan, unix, { address, port: 7 });
  const errand = [`--connect=${server.address}`, '--groups=X25519MLKEM768', '--resume=no'];
  const words = [`--ipv4=${address}`, `--root=${der(rootFile)}`, ...errand, `--times=${HYBRID}`];
  const before = server.processorTime();
  const { status, console } = await client.runToEnd({ words, through: ON_CLIENT_CORE });
  if (status !== 0) throw new Error(console);
  return HYBRID / (server.processorTime() - before);
}

const HYBRID = 300;

/** The boot arguments that have a certificate and its key. */
function credentials({ certificateFile, keyFile }: Issued): Command {
  return [`--certificate=${der(certificateFile)}`, `--key=${der(keyFile)}`];
}

/** The Base64 in a PEM file. */
function der(file: string): string {
  const lines = readFileSync(file, 'latin1').split('\n');
  return lines.filter((line) => !line.startsWith('-')).join('');
}

/** More than anybody sends in the time that is measured. */
const FILE_BYTES = 1.5e9;
