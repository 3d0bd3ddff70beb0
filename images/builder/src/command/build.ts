import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { ensureEngine } from '../engine.ts';
import { buildImage } from '../image.ts';
import type { Target } from '../target.ts';
import { TARGETS } from '../target.ts';
import { oneOf, UsageError } from '../usage.ts';
import type { Command } from './command.ts';
import { chooseApp, parseWords } from './command.ts';

export const build: Command = {
  usage: 'build TARGET [APP] [--set NAME=VALUE]... [--with DEVICE]...',
  summary: 'Builds an app for a target: apps/APP/dist/APP.SUFFIX.',
  details: `  TARGET            ${TARGETS.join(', ')}, or all
  APP               a folder under apps/; default: the one around the current folder
  --set NAME=VALUE  compiles the boot argument --NAME=VALUE in; one given at boot replaces it
  --with DEVICE     hvt, spt: declares an optional device, which the tender then asks for
`,
  async run(words) {
    const parsed = parseWords(words, ['TARGET', '[APP]'], { set: 'string', with: 'string' });
    const [targetName, appName] = parsed.positionals;
    const chosen = oneOf('target', targetName, [...TARGETS, 'all']);
    const targets: readonly Target[] = chosen === 'all' ? TARGETS : [chosen];
    const app = await chooseApp(appName);
    const preset = (parsed.options.get('set') ?? []).map(presetWord);
    const optional = parsed.options.get('with') ?? [];
    if (targets.some((target) => target !== 'node')) await ensureEngine();
    for (const target of targets) {
      const { path } = await buildImage({ app, target, preset, optional });
      const { size } = await stat(path);
      process.stdout.write(
        `${relative(process.cwd(), path)}: ${size.toLocaleString('en')} bytes\n`,
      );
    }
    return 0;
  },
};

function presetWord(text: string): string {
  if (!/^[^=\s-][^=\s]*=/.test(text)) {
    throw new UsageError(`--set ${text}\n  expected NAME=VALUE, without dashes before the name`);
  }
  return `--${text}`;
}
