import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Programs in C, for what has to cost as little as it can: peers, and what loads them. */
export type NativeProgram = 'echo' | 'forward' | 'tcp-load';

/** Compiles a program of this directory into `folder`; answers its path. */
export function compile(program: NativeProgram, folder: string): string {
  const output = join(folder, program);
  const source = join(import.meta.dirname, `${program}.c`);
  execFileSync('cc', ['-O2', source, '-o', output], { stdio: 'inherit' });
  return output;
}
