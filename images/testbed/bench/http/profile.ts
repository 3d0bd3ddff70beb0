import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running, run } from '../../src/process.ts';

/**
 * Where the process `pid` is while `load` runs, as `perf` says it: the shares of the program and of Linux, and what in
 * Linux takes most. An image has no names for what is in it.
 */
export async function profile(pid: number, load: Promise<unknown>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-profile-'));
  try {
    const file = join(folder, 'perf.data');
    const recording = new Running(['perf', 'record', '-q', '-o', file, '-p', String(pid)]);
    await load;
    recording.signal('SIGINT');
    await recording.ended;
    const shares = await report(file, '--sort', 'dso');
    const inLinux = await report(file, '--sort', 'sym', '--dso', '[kernel.kallsyms]');
    return [...shares, ...inLinux.slice(0, MOST)].join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function report(file: string, ...words: readonly string[]): Promise<string[]> {
  const { stdout } = await run(['perf', 'report', '-i', file, '--stdio', '-q', ...words]);
  return stdout.split('\n').filter((line) => /\d%/.test(line));
}

const MOST = 10;
