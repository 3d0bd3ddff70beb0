import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running } from '../process.ts';
import type { ArchiveFile } from './archive.ts';
import { archive } from './archive.ts';
import { dom0Archive } from './dom0.ts';
import { fetchXen } from './packages.ts';

export interface MachineOptions {
  /** A shell script that dom0 runs, as `/job/run`; the machine is switched off when it ends. */
  readonly run: string;
  /** Files in dom0's folder `job`. */
  readonly files?: readonly ArchiveFile[];
  /** A TAP device of the host that dom0 joins to the bridge `xenbr0`. */
  readonly tap?: string;
}

/** QEMU with Xen and dom0 in it: its second serial port, `/dev/ttyS1` of dom0, is QEMU's own input and output. */
export function xenCommand({ run, files = [], tap }: MachineOptions): string[] {
  const xen = fetchXen();
  const folder = mkdtempSync(join(tmpdir(), 'atoll-xen-'));
  // It is read when QEMU starts and not before; what is left over goes with the test's process.
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const initrd = join(folder, 'initrd');
  dom0 ??= dom0Archive(xen);
  const job = archive([
    { path: 'job/run', content: run },
    ...files.map((file) => ({ ...file, path: `job/${file.path}` })),
  ]);
  // Linux unpacks one archive after the other.
  writeFileSync(initrd, Buffer.concat([dom0, job]));
  const network =
    tap === undefined
      ? []
      : [
          '-netdev',
          `tap,id=host,ifname=${tap},script=no,downscript=no`,
          '-device',
          'e1000,netdev=host',
        ];
  return [
    'qemu-system-x86_64',
    ...['-M', 'pc', '-accel', 'tcg,thread=multi,tb-size=512', '-cpu', CPU],
    ...['-smp', '2', '-m', `${MEMORY}`],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-monitor', 'none'],
    ...['-serial', `file:${join(folder, 'dom0.log')}`, '-serial', 'stdio'],
    ...network,
    ...['-kernel', xen.hypervisor, '-append', XEN_OPTIONS],
    ...['-initrd', `${xen.kernel} ${DOM0_OPTIONS},${initrd}`],
  ];
}

/** QEMU with Xen and `image` as its dom0: it has a console there and nothing else, but within seconds. */
export function smokeCommand(image: string, words: readonly string[]): string[] {
  return [
    'qemu-system-x86_64',
    ...['-M', 'pc', '-accel', 'tcg', '-cpu', 'qemu64,+svm,+npt', '-m', '256'],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-monitor', 'none'],
    ...['-serial', 'stdio', '-kernel', fetchXen().hypervisor],
    ...[
      '-append',
      'console=com1 com1=115200,8n1 dom0=pvh dom0-iommu=none dom0_mem=64M iommu=no spec-ctrl=no',
    ],
    ...['-initrd', [image, ...words].join(' ')],
  ];
}

/** The exit status of a guest, which only its console tells. */
export function guestStatus(console: string): number {
  return Number(/^atoll: exit status (\d+)\s*$/m.exec(console)?.[1] ?? 0);
}

let dom0: Buffer | undefined;

/**
 * What QEMU's emulation of a newer processor cannot do for Xen: SMAP stops dom0, MWAIT stops Xen, RDTSCP
 * cannot be skipped, and with AVX guests see illegal instructions.
 */
const CPU = 'EPYC,-smap,-monitor,-rdtscp,-xsave,-avx,-avx2,-f16c,-fma';

/** MiB. */
const MEMORY = 1280;
const DOM0_MEMORY = 512;

const XEN_OPTIONS = [
  'console=com1 com1=115200,8n1 loglvl=warning guest_loglvl=warning',
  `dom0_mem=${DOM0_MEMORY}M,max:${DOM0_MEMORY}M dom0_max_vcpus=1`,
  'spec-ctrl=no xpti=no iommu=no ucode=no cpuidle=no',
].join(' ');

const DOM0_OPTIONS = 'console=hvc0 quiet nokaslr mitigations=off nowatchdog rdinit=/init';

/** One guest for `xl create`. */
export interface Guest {
  readonly name: string;
  /** The image, where dom0 finds it. */
  readonly kernel: string;
  /** MiB. */
  readonly memory: number;
  readonly words: readonly string[];
  /** The hardware addresses of its network devices, which are on the bridge. */
  readonly macs: readonly string[];
}

/** The configuration that `xl create` reads. */
export function guestConfiguration({ name, kernel, memory, words, macs }: Guest): string {
  const vifs = macs.map((mac) => `'mac=${mac},bridge=xenbr0'`);
  return [
    `name = '${name}'`,
    `type = 'pvh'`,
    `kernel = '${kernel}'`,
    `memory = ${memory}`,
    'vcpus = 1',
    `extra = '${words.join(' ')}'`,
    `vif = [${vifs.join(', ')}]`,
    // To trap each reading of the time stamp counter is slow where all is emulated.
    `tsc_mode = 'native'`,
    '',
  ].join('\n');
}

/** A machine whose dom0 does what it is told, one command after the other. */
export class XenMachine {
  readonly #qemu: Running;
  #count = 0;

  constructor(files: readonly ArchiveFile[]) {
    const run = readFileSync(join(import.meta.dirname, 'obey.sh'), 'utf8');
    this.#qemu = new Running(xenCommand({ run, files }), { keepInput: true });
  }

  async start(): Promise<void> {
    await this.#qemu.says(/^READY$/m, START_MS);
  }

  /** Runs `script` in a shell of dom0; answers its exit status and what it wrote. */
  async run(script: string, timeoutMs = RUN_MS): Promise<{ status: number; output: string }> {
    const number = ++this.#count;
    this.#qemu.feed(`${Buffer.from(script).toString('base64')}\n`);
    const pattern = new RegExp(`^BEGIN ${number}\\n([^]*?)^END ${number} (\\d+)$`, 'm');
    const [, text, status] = await this.#qemu.says(pattern, timeoutMs);
    return { status: Number(status), output: Buffer.from(text, 'base64').toString() };
  }

  /** The same for what has to succeed. */
  async succeed(script: string, timeoutMs?: number): Promise<string> {
    const { status, output } = await this.run(script, timeoutMs);
    if (status !== 0) throw new Error(`dom0: ${script}: ended with ${status}\n${output}`);
    return output;
  }

  async stop(): Promise<void> {
    await this.#qemu.stop();
  }
}

const START_MS = 120_000;
const RUN_MS = 60_000;
