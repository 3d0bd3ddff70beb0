import { execFile } from 'node:child_process';
import {
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'atoll-disk-journal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const ATOLL = join(import.meta.dirname, '../bin/atoll.mjs');

function disk(
  words: readonly string[],
  input = '',
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [ATOLL, 'disk', ...words], (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

const line = (key: string, value: string) => JSON.stringify({ key: btoa(key), value: btoa(value) });
const HEAD = '{"atoll":"journal","version":1,"owner":"echo"}';

describe('atoll disk', { timeout: 60_000 }, () => {
  it('makes a disk, and shows, fills and empties it', async () => {
    const path = join(folder, 'disk');
    const made = await disk(['create', path, '--owner=echo', '--size=2M', '--block-size=4096']);
    expect(made).toMatchObject({ status: 0, stderr: '' });
    expect(made.stdout).toContain('of echo, blocks of 4096');
    expect(statSync(path).size).toBe(0x20_0000);

    const lines = [HEAD, line('a', 'one'), line('b', 'x'.repeat(70_000))];
    expect(await disk(['import', path], `${lines.join('\n')}\n`)).toMatchObject({
      status: 0,
      stdout: '2 keys\n',
    });
    const info = await disk(['info', path]);
    expect(info.stdout).toMatch(/^keys +2$/m);
    expect(info.stdout).toMatch(/^damage +none$/m);
    expect((await disk(['export', path])).stdout).toBe(`${lines.join('\n')}\n`);
  });

  it('names what is damaged, and still shows the rest', async () => {
    const path = join(folder, 'damaged');
    await disk(['create', path, '--owner=echo', '--size=2M']);
    await disk(['import', path], [HEAD, line('a', 'needle'), line('b', 'hay')].join('\n'));
    const at = readFileSync(path).indexOf('needle');
    writeSync(openSync(path, 'r+'), 'noodle', at);
    const { status, stdout } = await disk(['info', path]);
    expect(status).toBe(2);
    expect(stdout).toContain(`block ${Math.floor(at / 512)}, key a: a value is damaged`);
    const exported = await disk(['export', path]);
    expect(exported.status).toBe(2);
    expect(exported.stdout).toBe(`${HEAD}\n${line('b', 'hay')}\n`);
  });

  it('never writes over anything', async () => {
    const path = join(folder, 'precious');
    writeFileSync(path, new Uint8Array(0x20_0000).fill(7));
    const { status, stderr } = await disk(['create', path, '--owner=echo']);
    expect(status).toBe(1);
    expect(stderr).toContain('it is not blank, and is left as it is');
    expect(readFileSync(path).every((byte) => byte === 7)).toBe(true);
    const zeros = join(folder, 'zeros');
    writeFileSync(zeros, new Uint8Array(0x20_0000));
    expect((await disk(['create', zeros, '--owner=echo'])).status).toBe(0);
    expect((await disk(['create', zeros, '--owner=echo'])).stderr).toContain('not blank');
  });

  it.each([
    [['create', 'f', '--size=2M'], '--owner is missing'],
    [['create', 'f', '--owner=echo'], '--size is missing'],
    [['create', 'f', '--owner=a b', '--size=2M'], 'expected 1 to 67 letters'],
    [['create', 'f', '--owner=echo', '--size=2X'], 'expected bytes, such as 16M'],
    [['create', 'f', '--owner=echo', '--size=1'], 'no whole blocks of 512'],
    [['create', 'f', '--owner=echo', '--size=2M', '--block-size=513'], 'did you mean 512?'],
    [['exprt', 'f'], 'did you mean export?'],
  ])('ends with status 64 and advice: %j', async (words, advice) => {
    const { status, stderr } = await disk(
      words.map((word) => (word === 'f' ? join(folder, 'new') : word)),
    );
    expect(stderr).toContain(advice);
    expect(status).toBe(64);
  });

  it('says which line it cannot import', async () => {
    const path = join(folder, 'import');
    await disk(['create', path, '--owner=echo', '--size=2M']);
    const reason = async (...lines: string[]) =>
      (await disk(['import', path], lines.join('\n'))).stderr;
    expect(await reason(HEAD, line('a', 'b'), '{"key":"*"}')).toContain('line 3: expected {"key"');
    expect(await reason('{}')).toContain('line 1: it is not what atoll disk export writes');
    expect(await reason('{"atoll":"journal","version":2}')).toContain('line 1: version 2');
    expect(await reason()).toContain('nothing on the standard input');
  });
});
