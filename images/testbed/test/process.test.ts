import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LeaseRecord } from '../src/client/lease.ts';
import { eventually } from '../src/poll.ts';
import { Running, run, succeed } from '../src/process.ts';
import { absence, which } from '../src/requirements.ts';

describe('run', () => {
  it('answers the status and both outputs', async () => {
    const ended = await run(['sh', '-c', 'cat; echo err >&2; exit 3'], { input: 'in' });
    expect(ended).toMatchObject({ status: 3, stdout: 'in', stderr: 'err\n' });
  });

  it('answers 127 for a program that is not there', async () => {
    expect((await run(['/no/such/program'])).status).toBe(127);
  });

  it('kills a program that takes too long', async () => {
    expect(await run(['sleep', '60'], { timeoutMs: 50 })).toMatchObject({ signal: 'SIGKILL' });
  });
});

it('succeed throws with what a failed program wrote', async () => {
  await expect(succeed(['sh', '-c', 'echo because; exit 1'])).rejects.toThrow('because');
});

describe('Running', () => {
  it('waits for words, takes more input, and stops', async () => {
    const program = new Running(['cat'], { input: 'one\n', keepInput: true });
    await program.says(/one/);
    program.feed('two\n');
    await program.says(/two/);
    expect(program.alive).toBe(true);
    expect(await program.stop()).toMatchObject({ signal: 'SIGTERM' });
    expect(program.alive).toBe(false);
  });

  it('throws when the program ends without the words', async () => {
    const program = new Running(['echo', 'other']);
    await expect(program.says(/wanted/)).rejects.toThrow('other');
  });
});

it('eventually answers the last answer when the time is over', async () => {
  let calls = 0;
  expect(await eventually(() => ++calls > 2, 1000)).toBe(true);
  expect(await eventually(() => undefined, 20)).toBeUndefined();
});

it('LeaseRecord reads events, but not one that is still being written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-'));
  const record = new LeaseRecord(join(folder, 'events'));
  expect(record.events()).toEqual([]);
  writeFileSync(record.file, 'bound\nip=10.0.0.1\nopts=a=b\n\nrenew\nip=');
  expect(record.events()).toEqual([{ event: 'bound', values: { ip: '10.0.0.1', opts: 'a=b' } }]);
  rmSync(folder, { recursive: true });
});

describe('requirements', () => {
  it('finds programs', () => {
    expect(which('sh')).toMatch(/\/sh$/);
    expect(absence('sh')).toBeUndefined();
  });

  it('names the program that is missing', () => {
    expect(absence('no-such-program')).toBe('the program no-such-program is missing');
  });
});
