import { NO_DEVICES } from '@atoll/builder/devices';
import type { Boot } from '@atoll/builder/qemu';
import { exitStatus, qemuCommand, quoteWord } from '@atoll/builder/qemu';
import type { Target } from '@atoll/builder/target';
import { isSolo5 } from '@atoll/builder/target';
import { Running, run } from './process.ts';
import { buildTender } from './tender/build.ts';
import { guestStatus, smokeCommand } from './xen/machine.ts';

/** An image, or a bundle for Node.js, that needs no network. */
export interface Alone {
  readonly path: string;
  readonly target: Target;
  /** The machine for `virtio`; a microvm when left out. */
  readonly machine?: Partial<Pick<Boot, 'model' | 'cpu' | 'isLegacy'>>;
  readonly words?: readonly string[];
  /** Files that are disks, and bytes in their blocks, by device name. */
  readonly disks?: ReadonlyMap<string, string>;
  readonly sectorSizes?: ReadonlyMap<string, string>;
}

/** Runs an image until it ends by itself; `output` is what it wrote to the console. */
export async function runAlone(
  image: Alone,
): Promise<{ status: number | undefined; output: string }> {
  const { target, path, words = [], disks = new Map(), sectorSizes = new Map() } = image;
  if (target === 'xen') return runAsDom0(path, words);
  if (target !== 'virtio') {
    const files = [...disks].map(([name, file]) => `--block:${name}=${file}`);
    const sizes = [...sectorSizes].map(([name, size]) => `--block-sector-size:${name}=${size}`);
    const command = isSolo5(target)
      ? [buildTender(), '--mem=16', ...files, ...sizes, '--', path, ...words.map(quoteWord)]
      : [
          ...(target === 'node' ? [process.execPath] : []),
          path,
          ...files,
          ...sizes,
          '--',
          ...words,
        ];
    const { status, stdout, stderr } = await run(command);
    return { status, output: stdout + stderr };
  }
  const {
    status = -1,
    stdout,
    stderr,
  } = await run(
    qemuCommand({
      model: 'microvm',
      ...image.machine,
      image: path,
      acceleration: 'tcg',
      memory: '32',
      declared: [...disks.keys()].map((name) => ({ name, type: 'block' })),
      devices: { ...NO_DEVICES, disks, sectorSizes },
      bootArguments: words,
    }),
  );
  return { status: exitStatus(status, stderr), output: stdout.replaceAll('\r', '') + stderr };
}

/** Under Xen, whose own lines on the console are left out. */
async function runAsDom0(
  path: string,
  words: readonly string[],
): Promise<{ status: number | undefined; output: string }> {
  const machine = new Running(smokeCommand(path, words.map(quoteWord)));
  await machine.says(/^\(XEN\) Hardware Dom0 (halted|crashed)/m, 60_000);
  const { stdout } = await machine.stop();
  const lines = stdout.replaceAll('\r', '').split('\n');
  const output = lines.filter((line) => !line.startsWith('(XEN)')).join('\n');
  return { status: guestStatus(output), output };
}
