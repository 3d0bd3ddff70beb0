import { spawn } from 'node:child_process';
import { on, once } from 'node:events';
import type { Bed } from '@atoll/testbed/bed';
import { NETWORK } from '@atoll/testbed/bed';
import { Probe } from '@atoll/testbed/client/probe';
import type { Command } from '@atoll/testbed/process';

const INTERVAL_US = 200;

/** Waits for a line, then becomes the command that follows. */
const GATE = ['sh', '-c', 'echo waiting; read go; exec "$@"', 'sh'];

/**
 * Milliseconds from the start of the program to its first answer. A shell waits inside the namespace and
 * becomes the server on a signal of ours; by then a client asks every 0.2 ms, and needs no ARP to do so.
 */
export async function timeToAnswer(bed: Bed, memory?: number): Promise<number> {
  await bed.server.stop();
  bed.client.introduce(NETWORK.server, bed.server.mac);
  const program = bed.server.launch({ through: GATE, ...(memory === undefined ? {} : { memory }) });
  await program.says(/waiting/);
  const probe = new Probe(bed.client, NETWORK.server, { intervalUs: INTERVAL_US });
  await probe.asking();
  const started = process.hrtime.bigint();
  program.feed('go\n');
  const answered = await probe.answered();
  await probe.stop();
  return Number(answered - started) / 1e6;
}

/** Milliseconds from the start of `command`, likewise, until it writes something. */
export async function timeToHello(command: Command): Promise<number> {
  const child = spawn(GATE[0], [...GATE.slice(1), ...command], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [said, ended] = [on(child.stdout, 'data'), once(child, 'close')];
  await said.next();
  const started = process.hrtime.bigint();
  child.stdin.write('go\n');
  await said.next();
  const heard = process.hrtime.bigint();
  await ended;
  return Number(heard - started) / 1e6;
}
