import { build } from './command/build.ts';
import type { Command } from './command/command.ts';
import { disk } from './command/disk.ts';
import { inspect } from './command/inspect.ts';
import { create } from './command/new.ts';
import { pinata } from './command/pinata.ts';
import { run } from './command/run.ts';
import { size } from './command/size.ts';
import { tls } from './command/tls.ts';
import { EXIT_USAGE, oneOf, UsageError } from './usage.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  new: create,
  build,
  run,
  size,
  inspect,
  disk,
  tls,
  pinata,
};

process.exitCode = await main(process.argv.slice(2));

/** Runs one command line and answers the exit status. */
async function main(words: readonly string[]): Promise<number> {
  try {
    const [name = 'help', ...rest] = words;
    if (name === 'help' || name === '--help') return help(rest[0]);
    const command = COMMANDS[oneOf('command', name, [...Object.keys(COMMANDS), 'help'])];
    const end = rest.indexOf('--');
    if (rest.slice(0, end < 0 ? rest.length : end).includes('--help')) return help(name);
    return await command.run(rest);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`atoll: ${error.message}\n`);
      return EXIT_USAGE;
    }
    process.stderr.write(`atoll: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function help(name: string | undefined): number {
  if (name !== undefined) {
    const { usage, summary, details } = COMMANDS[oneOf('command', name, Object.keys(COMMANDS))];
    process.stdout.write(`usage: atoll ${usage}\n\n${summary}\n\n${details}`);
    return 0;
  }
  const lines = Object.values(COMMANDS).map(
    ({ usage, summary }) => `  ${usage}\n      ${summary}\n`,
  );
  process.stdout.write(`usage: atoll COMMAND ...\n\n${lines.join('')}`);
  process.stdout.write('  help [COMMAND]\n      Says more about a command.\n');
  return 0;
}
