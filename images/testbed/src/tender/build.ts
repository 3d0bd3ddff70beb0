import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** The path of the tender, compiled if its sources changed; see `start.c` for its options. */
export function buildTender(): string {
  const sources = readdirSync(import.meta.dirname).filter((name) => /\.[ch]$/.test(name));
  const hash = createHash('sha256');
  for (const name of sources.sort()) hash.update(readFileSync(join(import.meta.dirname, name)));
  const program = join(DIST, `tender-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(program)) return program;
  mkdirSync(DIST, { recursive: true });
  // Others may compile it at the same time.
  const unfinished = `${program}.${process.pid}`;
  const files = sources.filter((name) => name.endsWith('.c'));
  execFileSync('cc', [...FLAGS, ...files, '-o', unfinished], { cwd: import.meta.dirname });
  renameSync(unfinished, program);
  return program;
}

const DIST = join(import.meta.dirname, '../../dist');

/**
 * One piece, so that system calls from elsewhere are known to be a guest's, and at an address far above
 * its memory. Signal handlers run with the guest's FS base, where no stack protector would find its canary.
 */
const FLAGS = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-static-pie', '-fno-stack-protector'];
