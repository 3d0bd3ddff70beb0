import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Programs in C, for what has to cost as little as it can: peers, and what loads them. */
export type NativeProgram =
  | 'disk-floor'
  | 'echo'
  | 'forward'
  | 'sqlite-load'
  | 'tcp-load'
  | 'tls-load';

/** Compiles a program of this directory into `folder`; answers its path. */
export function compile(program: NativeProgram, folder: string): string {
  const output = join(folder, program);
  const source = join(import.meta.dirname, `${program}.c`);
  const libraries = LIBRARIES[program] ?? [];
  execFileSync('cc', ['-O2', source, '-o', output, ...libraries], { stdio: 'inherit' });
  return output;
}

const LIBRARIES: Readonly<Partial<Record<NativeProgram, readonly string[]>>> = {
  'sqlite-load': ['-lsqlite3'],
  'tls-load': ['-lssl', '-lcrypto'],
};
