import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../usage.ts';
import { ROOT } from '../workspace.ts';
import type { Command } from './command.ts';
import { parseWords } from './command.ts';

export const create: Command = {
  usage: 'new NAME',
  summary: 'Makes a new appliance in apps/NAME, which builds and boots at once.',
  details: `  NAME  lower-case letters, digits and hyphens; a letter comes first
`,
  async run(words) {
    const [name] = parseWords(words, ['NAME'], {}).positionals;
    const folder = folderFor(name);
    await writeAppliance(folder, name);
    // The links to the packages that it uses.
    const { status } = spawnSync('pnpm', ['install', '--offline'], { cwd: ROOT, stdio: 'inherit' });
    if (status !== 0) throw new Error('pnpm install did not succeed');
    process.stdout.write(nextSteps(name));
    return 0;
  },
};

/** Copies the template, whose files end in `.txt`, with `name` in every place that says NAME. */
async function writeAppliance(folder: string, name: string): Promise<void> {
  for (const path of await readdir(TEMPLATE, { recursive: true })) {
    if (!path.endsWith('.txt')) continue;
    const text = await readFile(join(TEMPLATE, path), 'utf8');
    const target = join(folder, path.slice(0, -'.txt'.length));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text.replaceAll('NAME', name));
  }
}

function folderFor(name: string): string {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) {
    throw new UsageError(
      `"${name}" is no name for an appliance: it needs letters, then - or digits`,
    );
  }
  const folder = join(ROOT, 'apps', name);
  if (existsSync(folder)) throw new UsageError(`apps/${name} exists already`);
  return folder;
}

function nextSteps(name: string): string {
  return `
Made apps/${name}. Next:

  pnpm --filter ${name} build:node
  node apps/${name}/dist/${name}.mjs --tcp:2000=127.0.0.1:2000 --
  nc 127.0.0.1 2000

docs/new-appliance.md goes on from there.
`;
}

const TEMPLATE = join(import.meta.dirname, '../../template');
