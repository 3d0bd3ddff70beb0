import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveFile } from './archive.ts';
import { archive } from './archive.ts';
import type { XenFiles } from './packages.ts';

/**
 * The file system of dom0, the domain that drives the machine: BusyBox, Xen's tools, and the
 * modules that they need. Its first program is `init.sh`, which ends in `/job/run`.
 */
export function dom0Archive({ root }: XenFiles): Buffer {
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
  const modules = join(root, 'lib/modules');
  const drivers = join(modules, readdirSync(modules)[0], 'kernel');
  const take = (path: string, from: string): ArchiveFile => ({
    path,
    content: readFileSync(from),
    isExecutable: true,
  });
  return archive([
    {
      path: 'init',
      content: readFileSync(join(import.meta.dirname, 'init.sh')),
      isExecutable: true,
    },
    {
      path: 'etc/xen/scripts/vif-bridge',
      content: readFileSync(join(import.meta.dirname, 'vif.sh')),
      isExecutable: true,
    },
    { path: 'etc/xen/xl.conf', content: 'vif.default.script="vif-bridge"\n' },
    ...FOLDERS.map((folder) => ({ path: `${folder}/.keep`, content: '' })),
    { path: 'var/run', content: { link: '../run' } },
    { path: 'var/lock', content: { link: '../run/lock' } },
    take('bin/busybox', join(root, 'bin/busybox')),
    { path: 'bin/sh', content: { link: 'busybox' } },
    ...TOOLS.map((name) =>
      take(`usr/lib/xen-4.17/bin/${name}`, join(root, 'usr/lib/xen-4.17/bin', name)),
    ),
    ...STORE_TOOLS.map((name) => take(`bin/${name}`, join(root, 'usr/bin', name))),
    take('lib64/ld-linux-x86-64.so.2', join(root, 'lib/x86_64-linux-gnu/ld-linux-x86-64.so.2')),
    ...[libraries, join(root, 'lib/x86_64-linux-gnu')].flatMap((folder) =>
      librariesIn(folder, 'lib/x86_64-linux-gnu'),
    ),
    ...MODULES.map((path) =>
      take(`modules/${path.replace(/.*\//, '')}.ko`, join(drivers, `${path}.ko`)),
    ),
  ]);
}

/** Shared libraries, and the links under whose names programs look for them. */
function librariesIn(folder: string, path: string): ArchiveFile[] {
  const names = readdirSync(folder).filter((name) => /\.so(\.[\d.]+)?$/.test(name));
  return names.map((name) => {
    const from = join(folder, name);
    const isLink = lstatSync(from).isSymbolicLink();
    const content = isLink ? { link: readlinkSync(from) } : readFileSync(from);
    return { path: `${path}/${name}`, content, isExecutable: true };
  });
}

const FOLDERS = [
  ...['proc', 'sys', 'dev', 'tmp', 'run/lock', 'run/xen', 'sbin'],
  ...['var/lib/xen', 'var/lib/xenstored', 'var/log/xen'],
];

const TOOLS = [
  'xl',
  'xenstored',
  'xenconsoled',
  'xen-init-dom0',
  'libxl-save-helper',
  'vchan-socket-proxy',
];
const STORE_TOOLS = ['xenstore-ls', 'xenstore-read', 'xenstore-write', 'xenstore-rm'];

const MODULES = [
  ...['drivers/xen/xen-privcmd', 'drivers/xen/xenfs/xenfs', 'drivers/xen/xen-evtchn'],
  ...['drivers/xen/xen-gntdev', 'drivers/xen/xen-gntalloc'],
  ...['net/llc/llc', 'net/802/stp', 'net/bridge/bridge'],
  ...['drivers/net/xen-netback/xen-netback', 'drivers/net/ethernet/intel/e1000/e1000'],
];
