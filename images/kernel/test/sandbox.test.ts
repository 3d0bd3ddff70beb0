import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { build, whileRunning } from './image.ts';

const isRoot = process.getuid?.() === 0;

it('runs without privileges under its own filter, and ends at SIGTERM with status 0', async () => {
  const image = await build('host.write("ready\\n"); host.run(() => Infinity);');
  const { status, output } = await whileRunning(image, ['--user=12345'], (pid) => {
    const facts = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(facts).toMatch(/^Seccomp:\t2$/m);
    expect(facts).toMatch(/^NoNewPrivs:\t1$/m);
    for (const set of ['Inh', 'Prm', 'Eff', 'Amb']) {
      expect(facts).toMatch(new RegExp(`^Cap${set}:\t0+$`, 'm'));
    }
    const user = isRoot ? 12345 : process.getuid?.();
    expect(facts).toMatch(new RegExp(`^Uid:\t${user}\t${user}\t${user}\t${user}$`, 'm'));
    if (isRoot) expect(facts).toMatch(/^Groups:\t *$/m);
  });
  expect(output).toBe('ready\n');
  expect(status).toBe(0);
});

it('ends at SIGTERM while JavaScript is busy', async () => {
  const image = await build('host.write("ready\\n"); for (;;);');
  expect((await whileRunning(image, [], () => {})).status).toBe(0);
});

it('holds only the memory that it has used', async () => {
  const image = await build('host.write("ready\\n"); host.run(() => Infinity);');
  await whileRunning(image, ['--mem=4000'], (pid) => {
    const [, resident] =
      /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    expect(Number(resident)).toBeLessThan(8 * 1024);
  });
});
