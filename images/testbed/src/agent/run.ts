import { fileURLToPath } from 'node:url';
import type { Command } from '../process.ts';

/** The command that runs a script of this folder as a process of its own, in whichever namespace. */
export function agent(script: string, ...words: string[]): Command {
  const file = fileURLToPath(new URL(script, import.meta.url));
  return [process.execPath, '--import', import.meta.resolve('tsx'), file, ...words];
}
