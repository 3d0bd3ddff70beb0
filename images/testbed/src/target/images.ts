import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NO_DEVICES } from '@atoll/builder/devices';
import type { Boot } from '@atoll/builder/qemu';
import { exitStatus, qemuCommand, quoteWord } from '@atoll/builder/qemu';
import type { Lan } from '../lan.ts';
import type { Command, Ended } from '../process.ts';
import { absence } from '../requirements.ts';
import { buildTender } from '../tender/build.ts';
import { guestConfiguration, guestStatus, xenCommand } from '../xen/machine.ts';
import { xenAbsence } from '../xen/packages.ts';
import type { Place, Service, StartOptions, Target } from './target.ts';

/**
 * Everything that can boot the appliance `app`: one of each target, and more machines for virtio. The images are in
 * `folder`, or else where the build puts them.
 */
export function imagesOf(app: string, folder = distOf(app)): ImageTargets {
  const file = (name: string) => join(folder, name);
  return {
    node: image('node', file(`${app}.mjs`), [], (start) => [
      process.execPath,
      start.file,
      `--net:${DEVICE}=${start.tap}`,
      `--net-mac:${DEVICE}=${start.mac}`,
      ...diskWords(start),
      '--',
      ...start.words,
    ]),
    unix: image('unix', file(`${app}.unix`), [], (start) => [
      start.file,
      `--net:${DEVICE}=${start.tap}`,
      `--net-mac:${DEVICE}=${start.mac}`,
      ...diskWords(start),
      ...(start.memory === undefined ? [] : [`--mem=${start.memory}`]),
      '--',
      ...start.words,
    ]),
    hvt: solo5('hvt', file(`${app}.hvt`)),
    ring: solo5('hvt-ring', file(`${app}.hvt`), ['--net-ring']),
    spt: solo5('spt', file(`${app}.spt`)),
    microvm: virtio('virtio', file(`${app}.virtio`), { model: 'microvm' }),
    q35: virtio('virtio-q35', file(`${app}.virtio`), { model: 'q35' }),
    plain: virtio('virtio-plain', file(`${app}.virtio`), PLAINEST),
    xen: xen('xen', file(`${app}.xen`)),
  };
}

function distOf(app: string): string {
  return fileURLToPath(new URL(`../../../../apps/${app}/dist`, import.meta.url));
}

export type ImageTargets = Record<
  'node' | 'unix' | 'hvt' | 'ring' | 'spt' | 'microvm' | 'q35' | 'plain' | 'xen',
  Target
>;

/** What `qemu-system-x86_64 -M microvm` is without any further option. */
const PLAINEST = { model: 'microvm', cpu: 'qemu64', isLegacy: true } as const;

/** The name of the one network device that an appliance has. */
const DEVICE = 'service';

interface Start {
  readonly file: string;
  readonly tap: string;
  readonly mac: string;
  readonly words: readonly string[];
  readonly memory: number | undefined;
  readonly disks: ReadonlyMap<string, string>;
}

function diskWords({ disks }: Start): string[] {
  return Array.from(disks, ([name, file]) => `--block:${name}=${file}`);
}

/** In our own tender, or with ATOLL_TENDER=solo5 in Solo5's. */
function solo5(name: string, file: string, options: readonly string[] = []): Target {
  const isStock = process.env.ATOLL_TENDER === 'solo5';
  const stock = `solo5-${name.slice(0, 3)}`;
  return image(name, file, [isStock ? stock : 'cc'], (start) => [
    isStock ? stock : buildTender(),
    `--mem=${(start.memory ?? 16) + (options.length > 0 ? RING_MEMORY : 0)}`,
    `--net:${DEVICE}=${start.tap}`,
    `--net-mac:${DEVICE}=${start.mac}`,
    ...diskWords(start),
    ...(isStock ? [] : options),
    '--',
    file,
    ...start.words.map(quoteWord),
  ]);
}

/** What the ring takes away from the memory, in MiB. */
const RING_MEMORY = 2;

function virtio(
  name: string,
  file: string,
  machine: Pick<Boot, 'model' | 'cpu' | 'isLegacy'>,
): Target {
  const command = ({ tap, mac, words, disks, memory = 16 }: Start) =>
    qemuCommand({
      ...machine,
      image: file,
      acceleration: 'tcg',
      memory: String(memory),
      declared: [
        { name: DEVICE, type: 'network' },
        ...Array.from(disks.keys(), (name) => ({ name, type: 'block' as const })),
      ],
      devices: {
        ...NO_DEVICES,
        disks,
        taps: new Map([[DEVICE, tap]]),
        macs: new Map([[DEVICE, mac]]),
      },
      bootArguments: words,
    });
  const status = (ended: Ended) => ended.status && exitStatus(ended.status, ended.stderr);
  return image(name, file, ['qemu-system-x86_64'], command, status);
}

/** A guest of Xen, which runs in QEMU; dom0's bridge is between the guest and the TAP device. */
function xen(name: string, file: string): Target {
  const command = ({ tap, mac, words, memory = 32 }: Start) => {
    const guest = {
      name: 'guest',
      kernel: '/job/kernel',
      memory,
      words: words.map(quoteWord),
      macs: [mac],
    };
    return xenCommand({
      run: readFileSync(new URL('../xen/serve.sh', import.meta.url), 'utf8'),
      files: [
        { path: 'kernel', content: readFileSync(file) },
        { path: 'guest.cfg', content: guestConfiguration(guest) },
      ],
      tap,
    });
  };
  const status = ({ stdout }: Ended) => guestStatus(stdout);
  const target = image(name, file, ['qemu-system-x86_64'], command, status);
  return {
    ...target,
    absence: () => target.absence() ?? xenAbsence(),
    patienceMs: 150_000,
  };
}

function image(
  name: string,
  file: string,
  programs: readonly string[],
  command: (start: Start) => Command,
  status = (ended: Ended) => ended.status,
): Target {
  return {
    name,
    absence() {
      if (!existsSync(file)) return `${file} was not built`;
      return programs.map(absence).find((reason) => reason !== undefined);
    },
    plugIn(lan: Lan, service: Service): Place {
      const [tap, mac] = [lan.tap(), lan.newMac()];
      return {
        mac,
        status,
        command({ words = bootArguments(service), memory, through = [] }: StartOptions) {
          const { disks = new Map<string, string>() } = service;
          const start = { file, tap, mac, words, memory, disks };
          return lan.wire.inside([...through, ...command(start)]);
        },
      };
    },
  };
}

function bootArguments({ address, upstream, gateway, domain, words = [] }: Service): string[] {
  const own = [`--ipv4=${address}`];
  if (upstream !== undefined) own.push(`--dns-upstream=${upstream}`);
  if (gateway !== undefined) own.push(`--ipv4-gateway=${gateway}`);
  if (domain !== undefined) own.push(`--domain=${domain}`);
  return [...own, ...words];
}
