import { oneOf, UsageError } from '../usage.ts';
import type { Command } from './command.ts';
import { config } from './disk/config.ts';
import { create } from './disk/create.ts';
import { exportDisk } from './disk/export.ts';
import { importDisk } from './disk/import.ts';
import { info } from './disk/info.ts';

/** What can be done with a disk, by the word behind `atoll disk`. */
const COMMANDS: Readonly<Record<string, Command>> = {
  create,
  info,
  config,
  export: exportDisk,
  import: importDisk,
};

export const disk: Command = {
  usage: `disk ${Object.keys(COMMANDS).join('|')} FILE ...`,
  summary: 'Works on a disk in a file while no appliance uses it.',
  details: Object.values(COMMANDS)
    .map(({ usage, summary, details }) => `atoll ${usage}\n\n${summary}\n\n${details}`)
    .join('\n'),
  async run([name, ...words]) {
    if (name === undefined) throw new UsageError('what to do with the disk is missing');
    return COMMANDS[oneOf('command for disks', name, Object.keys(COMMANDS))].run(words);
  },
};
