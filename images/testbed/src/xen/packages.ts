import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { absence } from '../requirements.ts';

/** What a machine with Xen consists of, as Debian packs it: the hypervisor, its tools, and what dom0 runs. */
const PACKAGES = [
  'xen-hypervisor-4.17-amd64',
  'xen-utils-4.17',
  'xenstore-utils',
  'busybox-static',
  ...['libc6', 'libgcc-s1', 'zlib1g', 'liblzma5', 'libzstd1', 'libuuid1', 'libyajl2'],
  ...[
    'libxencall1',
    'libxendevicemodel1',
    'libxenevtchn1',
    'libxenforeignmemory1',
    'libxengnttab1',
  ],
  ...['libxenhypfs1', 'libxenmisc4.17', 'libxenstore4', 'libxentoolcore1', 'libxentoollog1'],
];

/** The generic kernel: the one for clouds cannot be dom0. */
const KERNEL = 'linux-image-amd64';

export interface XenFiles {
  /** The hypervisor and dom0's Linux as plain ELF files. */
  readonly hypervisor: string;
  readonly kernel: string;
  /** Where the packages were unpacked; nothing of them is installed. */
  readonly root: string;
}

/** Why Xen cannot be had here, if so. */
export function xenAbsence(): string | undefined {
  if (existsSync(FOLDER)) return absence('qemu-system-x86_64');
  const programs = ['qemu-system-x86_64', 'apt-get', 'apt-cache', 'dpkg-deb', 'xz'];
  return programs.map(absence).find((reason) => reason !== undefined);
}

/** Downloads and unpacks Xen once: 100 MB, which stay in the cache of this checkout. */
export function fetchXen(): XenFiles {
  const files = {
    hypervisor: join(FOLDER, 'xen'),
    kernel: join(FOLDER, 'vmlinux'),
    root: join(FOLDER, 'root'),
  };
  if (existsSync(FOLDER)) return files;
  mkdirSync(join(FOLDER, '..'), { recursive: true });
  const work = mkdtempSync(`${FOLDER}-`);
  try {
    unpackInto(work);
    renameSync(work, FOLDER);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return files;
}

function unpackInto(work: string): void {
  const root = join(work, 'root');
  // APT's own user must be able to write where APT downloads to.
  execFileSync('chmod', ['755', work]);
  execFileSync('apt-get', ['download', '-q', ...PACKAGES, kernelPackage()], {
    cwd: work,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for (const name of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
    execFileSync('dpkg-deb', ['-x', join(work, name), root]);
    rmSync(join(work, name));
  }
  const boot = join(root, 'boot');
  const read = (pattern: RegExp): Buffer => {
    const name = readdirSync(boot).find((name) => pattern.test(name));
    if (name === undefined) throw new Error(`no ${pattern} in Debian's packages`);
    return readFileSync(join(boot, name));
  };
  writeFileSync(join(work, 'xen'), gunzipSync(read(/^xen-4.*\.gz$/)));
  writeFileSync(join(work, 'vmlinux'), unpackKernel(read(/^vmlinuz/)));
}

const FOLDER = fileURLToPath(
  new URL('../../../../node_modules/.cache/atoll-xen-4.17', import.meta.url),
);

function kernelPackage(): string {
  const text = execFileSync('apt-cache', ['depends', KERNEL], { encoding: 'utf8' });
  const name = /Depends: (\S+)/.exec(text)?.[1];
  if (name === undefined) throw new Error(`apt-cache knows no ${KERNEL}`);
  return name;
}

/**
 * The ELF file in a bzImage (Linux, Documentation/arch/x86/boot.rst): the loader would have to unpack it at each
 * start, slowly, in an emulated machine.
 */
function unpackKernel(image: Buffer): Buffer {
  const sectors = image.readUInt8(0x1f1) + 1;
  const start = sectors * 512 + image.readUInt32LE(0x248);
  const length = image.readUInt32LE(0x24c);
  const packed = image.subarray(start, start + length);
  // Behind the stream stands its length, which is no part of it.
  return execFileSync('xz', ['-dc', '--single-stream'], {
    input: packed.subarray(0, -4),
    maxBuffer: 2 ** 28,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}
