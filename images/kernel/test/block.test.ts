import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, hostFunctions, run, whileRunning } from './image.ts';

const folder = mkdtempSync(join(tmpdir(), 'atoll-block-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of `size` bytes, of which the first says its number. */
function diskFile(name: string, size: number): string {
  const path = join(folder, name);
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 512) bytes[at] = at / 512;
  writeFileSync(path, bytes);
  return path;
}

/** An image that does nothing with its disks. */
let image: string;
beforeAll(async () => {
  image = await build('');
});

/** What the expressions are in an image with such options, or what they throw, each in a line. */
async function evaluate(options: readonly string[], ...expressions: string[]): Promise<string[]> {
  const evaluator = await build(`
    globalThis.bytes = (length, value = 0) => new Uint8Array(length).fill(value);
    for (const evaluate of [${expressions.map((text) => `() => (${text})`)}]) {
      let answer;
      try { answer = evaluate(); } catch (error) { answer = error.message; }
      host.write(String(answer) + '\\n');
    }`);
  const { output, status } = run(evaluator, ...options);
  expect(status).toBe(0);
  return output.trimEnd().split('\n');
}

describe('a disk in a file', () => {
  it('has a name, a size, and blocks', async () => {
    const path = diskFile('disk', 8192);
    const other = diskFile('other', 8192);
    const options = [`--block:storage=${path}`, `--block:more=${other}`];
    const members = ['Name', 'Size', 'Count', 'IsReadOnly', 'IsDurable'];
    const facts = (handle: number) =>
      `[${members.map((member) => `host.block${member}(${handle})`)}].join()`;
    const lines = await evaluate(
      [...options, '--block-sector-size:more=4096'],
      facts(0),
      facts(1),
      'host.blockName(2)',
      'globalThis.read = bytes(1024), [host.blockRead(0, 3, read), read[0], read[512]].join()',
      'host.blockWrite(0, 14, bytes(1024, 7))',
      'host.blockFlush(0)',
      '[host.blockRead(0, 15, read.subarray(0, 512)), read[0], read[512]].join()',
      '[host.blockRead(1, 1, globalThis.large = bytes(4096)), large[512]].join()',
    );
    expect(lines).toEqual([
      'storage,512,16,false,true',
      'more,4096,2,false,true',
      'undefined',
      'true,3,4',
      'true',
      'true',
      'true,7,4',
      'true,9',
    ]);
    expect([...readFileSync(path).subarray(7168)]).toEqual(new Array(1024).fill(7));
    expect(readFileSync(path)[7167]).toBe(0);
  });

  // The second file system is one in memory, which may have no way past its cache.
  it.each([folder, '/dev/shm'])('persists in %s, and reads what it persisted', async (place) => {
    const own = mkdtempSync(join(place, 'atoll-block-test-'));
    const path = join(own, 'disk');
    const size = 0x10_0000;
    writeFileSync(path, new Uint8Array(size));
    const lines = await evaluate(
      [`--block:storage=${path}`],
      'globalThis.read = bytes(4096), host.blockRead(0, 0, read)',
      'host.blockWrite(0, 1, bytes(512, 1))',
      'host.blockPersist(0, 2, bytes(1024, 2))',
      'host.blockWrite(0, 3, bytes(512, 3))',
      'host.blockPersist(0, 0, bytes(512, 4).subarray(0))',
      '[host.blockRead(0, 0, read), read[0], read[512], read[1024], read[1536], read[2048]].join()',
      // More than goes in one piece, from a place in memory that no disk likes.
      `globalThis.large = bytes(${size} - 4096 + 8).map((_, at) => at % 251).subarray(8), 0`,
      'host.blockPersist(0, 8, large)',
      'globalThis.again = bytes(large.length), host.blockRead(0, 8, again)',
      'again.every((byte, at) => byte === large[at])',
    );
    const seen = readFileSync(path);
    rmSync(own, { recursive: true });
    const [yes, what] = ['true', 'true,4,1,2,3,0'];
    expect(lines).toEqual([yes, yes, yes, yes, yes, what, '0', yes, yes, yes]);
    expect([0, 512, 1024, 1536, 2048].map((at) => seen[at])).toEqual([4, 1, 2, 3, 0]);
    expect(seen.subarray(4096).every((byte, at) => byte === (at + 8) % 251)).toBe(true);
  });

  it('is not reached outside of its blocks', async () => {
    const misuse = [
      'host.blockRead(1, 0, bytes(512))',
      'host.blockRead(0, 16, bytes(512))',
      'host.blockRead(0, 15, bytes(1024))',
      'host.blockRead(0, -1, bytes(512))',
      'host.blockRead(0, 0.5, bytes(512))',
      'host.blockRead(0, NaN, bytes(512))',
      'host.blockRead(0, 2 ** 55, bytes(512))',
      'host.blockRead(0, Infinity, bytes(512))',
      'host.blockRead(0, 0, bytes(513))',
      'host.blockRead(0, 0, [])',
      'host.blockWrite(0, 16, bytes(512))',
      'host.blockPersist(0, 16, bytes(512))',
      'host.blockFlush(1)',
      'host.blockSize(-1)',
    ];
    const path = diskFile('disk', 8192);
    const before = readFileSync(path);
    const lines = await evaluate([`--block:storage=${path}`], ...misuse);
    const outside = 'these are not whole blocks of the device';
    expect(lines).toEqual([
      'no such block device',
      ...new Array(8).fill(outside),
      'not a TypedArray',
      outside,
      outside,
      'no such block device',
      'no such block device',
    ]);
    expect(readFileSync(path)).toEqual(before);
  });

  it('is read-only when nobody may write the file', async () => {
    const path = diskFile('readable', 1024);
    chmodSync(path, 0o444);
    const lines = await evaluate(
      [`--block:storage=${path}`],
      'host.blockIsReadOnly(0)',
      'host.blockRead(0, 1, bytes(512))',
      'host.blockWrite(0, 1, bytes(512))',
      'host.blockPersist(0, 1, bytes(512))',
      'host.blockFlush(0)',
    );
    const refused = 'the block device is read-only';
    expect(lines).toEqual(['true', 'true', refused, refused, 'true']);
  });

  it('fails when the file becomes shorter', async () => {
    const path = diskFile('shrinking', 8192);
    const shrunk = await build(`
      host.write('ready\\n');
      host.run(() => {
        const isRead = host.blockRead(0, 15, new Uint8Array(512));
        if (!isRead) host.halt(host.blockRead(0, 7, new Uint8Array(1024)) ? 1 : 42);
        return host.monotonic() + 10;
      });`);
    const { status } = await whileRunning(shrunk, [`--block:storage=${path}`], async (pid) => {
      truncateSync(path, 4096);
      while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
    });
    expect(status).toBe(42);
  });
});

function isAlive(pid: number): boolean {
  // A child that has ended stays until its parent has heard of it, which is soon.
  return /^State:\t[^Z]/m.test(
    existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '',
  );
}

describe('the filter of system calls', () => {
  const calls = { pread: 17, pwrite: 18, fdatasync: 75 };
  const source = hostFunctions(
    Object.fromEntries(
      Object.entries(calls).map(([name, number]) => [
        name,
        `long result; u32 file = value_u32(host_argument(argv, 0));
         __asm__ volatile("syscall" : "=a"(result)
           : "a"(${number}L), "D"((long)file), "S"(0L), "d"(0L) : "rcx", "r11", "memory");
         return value_from_int((s32)result);`,
      ]),
    ),
  );

  it.each(Object.keys(calls))('lets %s through for a disk, and for nothing else', async (name) => {
    const option = `--block:storage=${diskFile(`filter-${name}`, 512)}`;
    const probe = await build(
      `host.write(String(host.fast.test.${name}(Number(host.bootArguments.split('\\0')[0]))))`,
      [source],
    );
    expect(run(probe, option, '--', '3')).toMatchObject({ status: 0, output: '0' });
    for (const words of [
      [option, '--', '1'],
      // The disk has a second descriptor, past the cache of Linux.
      [option, '--', '5'],
      ['--', '3'],
    ]) {
      expect(run(probe, ...words)).toMatchObject({ signal: 'SIGSYS', output: '' });
    }
  });
});

describe('a file that cannot be a disk', () => {
  it.each([
    ['--block:storage=/nowhere/disk', 69, ': not found'],
    ['--block:storage=/tmp', 69, ': it is a directory'],
    ['--block:storage=/dev/null', 69, ': neither a file nor a disk'],
    ['--block:storage=', 64, 'expected one file for each name'],
    ['--block:sto-rage=x', 64, 'expected NAME=VALUE'],
    ['--block-sector-size:storage=513', 64, 'expected 512, 1024, 2048 or 4096'],
    ['--block-sector-size:storage=8192', 64, 'expected 512, 1024, 2048 or 4096'],
    ['--block-sector-size:storage=512', 64, 'storage: expected --block: beside'],
    ['--blokc:storage=x', 64, 'the nearest is --block:'],
  ])('%s', (option, status, message) => {
    const ended = run(image, option);
    expect(ended.output).toContain(message);
    expect(ended.status).toBe(status);
  });

  it.each([0, 511, 1536])('has %i bytes', (size) => {
    const path = diskFile('odd', size);
    const ended = run(image, `--block:storage=${path}`, '--block-sector-size:storage=1024');
    expect(ended.output).toContain('its size is no whole number of blocks, at least one');
    expect(ended.status).toBe(69);
  });

  it('is in use by another program', async () => {
    const path = diskFile('shared', 1024);
    const option = `--block:storage=${path}`;
    const user = await build('host.write("ready\\n"); host.run(() => Infinity);');
    await whileRunning(user, [option], () => {
      expect(run(image, option)).toMatchObject({ status: 69 });
      expect(run(image, option).output).toContain(`${path}: in use by another program`);
    });
    expect(run(image, option).status).toBe(0);
  });

  it('may be read by several', async () => {
    const path = diskFile('read', 1024);
    chmodSync(path, 0o444);
    const user = await build('host.write("ready\\n"); host.run(() => Infinity);');
    await whileRunning(user, [`--block:storage=${path}`], () => {
      expect(run(image, `--block:storage=${path}`).status).toBe(0);
    });
  });
});
