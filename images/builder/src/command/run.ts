import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { ensureEngine } from '../engine.ts';
import { buildImage, imagePath } from '../image.ts';
import { readManifest } from '../manifest.ts';
import type { Target } from '../target.ts';
import { isSolo5, TARGETS } from '../target.ts';
import { oneOf, UsageError } from '../usage.ts';
import type { App } from '../workspace.ts';
import type { Command, Words } from './command.ts';
import { chooseApp, last, parseWords } from './command.ts';
import type { DeviceOptions } from './devices.ts';
import { takeDeviceOptions } from './devices.ts';
import { ACCELERATIONS, exitStatus, MACHINES, qemuCommand } from './qemu.ts';
import { shellWord } from './shell-word.ts';

export const run: Command = {
  usage: 'run [APP] --target TARGET [OPTION]... [-- BOOT-ARGUMENT...]',
  summary: 'Runs an app, built if it was not yet, and ends with its exit status.',
  details: `  APP                 a folder under apps/; default: the one around the current folder
  --target TARGET     ${TARGETS.join(', ')}
  --net:NAME=TAP      the TAP interface that is the network device NAME
  --net-mac:NAME=MAC  its hardware address
  --block:NAME=FILE   the file that is the block device NAME; it must exist and be whole blocks
  --block-sector-size:NAME=N
                      bytes in its blocks (512)
  --udp:PORT=ADDRESS:PORT, --tcp:PORT=ADDRESS:PORT
                      node without TAP: the host's address and port that stand for a port
  --mem=MIB           the memory of an image
  --machine NAME      virtio: ${MACHINES.join(', ')} (microvm)
  --accel NAME        virtio: tcg, which runs everywhere, or kvm (tcg)
  --rebuild           builds in any case

The command that runs it is printed first. An image for virtio runs in QEMU, one for hvt or spt in Solo5's
tender, solo5-hvt or solo5-spt.
`,
  async run(words) {
    const { devices, others } = takeDeviceOptions(words);
    const parsed = parseWords(others, ['[APP]'], {
      target: 'string',
      mem: 'string',
      machine: 'string',
      accel: 'string',
      rebuild: 'boolean',
    });
    const targetName = last(parsed, 'target');
    if (targetName === undefined) throw new UsageError('--target is missing');
    const target = oneOf('target', targetName, TARGETS);
    const machine = chooseMachine(target, parsed);
    const app = await chooseApp(parsed.positionals[0]);
    const path = await builtImage(app, target, parsed.options.has('rebuild'));
    const command = await bootCommand(target, path, machine, devices, parsed.rest);
    process.stderr.write(`${command.map(shellWord).join(' ')}\n`);
    const { status, complaint } = await execute(command);
    return target === 'virtio' ? exitStatus(status, complaint) : status;
  },
};

async function builtImage(app: App, target: Target, rebuild: boolean): Promise<string> {
  const path = imagePath(app, target);
  if (!rebuild && existsSync(path)) return path;
  if (target !== 'node') await ensureEngine();
  return (await buildImage({ app, target })).path;
}

interface Machine {
  readonly model: (typeof MACHINES)[number];
  readonly acceleration: (typeof ACCELERATIONS)[number];
  /** In MiB; the target's default when not given. */
  readonly memory: string | undefined;
}

function chooseMachine(target: Target, words: Words): Machine {
  const memory = last(words, 'mem');
  const model = last(words, 'machine');
  const acceleration = last(words, 'accel');
  if (target !== 'virtio' && (model ?? acceleration) !== undefined) {
    throw new UsageError(`--machine and --accel are for the target virtio, not for ${target}`);
  }
  if (memory !== undefined && target === 'node') {
    throw new UsageError('--mem is for images, not for the target node');
  }
  if (memory !== undefined && !/^[1-9][0-9]{0,5}$/.test(memory)) {
    throw new UsageError(`--mem=${memory}\n  expected whole mebibytes, such as --mem=64`);
  }
  return {
    model: oneOf('machine', model ?? 'microvm', MACHINES),
    acceleration: oneOf('accelerator', acceleration ?? 'tcg', ACCELERATIONS),
    memory,
  };
}

/** The program and its arguments that boot the image at `path`. */
async function bootCommand(
  target: Target,
  path: string,
  { model, acceleration, memory }: Machine,
  devices: DeviceOptions,
  bootArguments: readonly string[],
): Promise<string[]> {
  if (target === 'virtio') {
    const { manifest } = readManifest(await readFile(path));
    const ram = memory ?? DEFAULT_MEMORY;
    return qemuCommand({
      image: path,
      model,
      acceleration,
      memory: ram,
      declared: manifest.devices,
      devices,
      bootArguments,
    });
  }
  const memoryWords = memory === undefined ? [] : [`--mem=${memory}`];
  const options = [...memoryWords, ...devices.words, '--'];
  if (isSolo5(target)) return [`solo5-${target}`, ...options, path, ...bootArguments];
  const program = target === 'node' ? [process.execPath, path] : [path];
  return [...program, ...options, ...bootArguments];
}

/** What a machine of QEMU has, in MiB: as much as an image for unix takes by itself. */
const DEFAULT_MEMORY = '64';

/**
 * Runs `command` on this terminal and answers its exit status, 128 + n after signal n as in a shell,
 * and what it wrote to the standard error stream.
 */
async function execute(command: readonly string[]): Promise<{ status: number; complaint: string }> {
  const child = spawn(command[0], command.slice(1), { stdio: ['inherit', 'inherit', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
    process.stderr.write(text);
  });
  // The terminal sends Ctrl-C to both of us; other senders name only us.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      const ended = status ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      resolve({ status: ended, complaint });
    });
  });
}
