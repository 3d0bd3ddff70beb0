import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { buildGuest, PLATFORMS, runGuest, temporary } from './guest.ts';

describe.skipIf(lacks('cc')).each(PLATFORMS)('a guest on %s', (platform) => {
  const evaluate = async (
    script: string,
    options: readonly string[] = [],
    words: readonly string[] = [],
  ) => runGuest(await buildGuest(platform, { script }), options, words);

  it('knows its platform, and its words as one line', async () => {
    const script = 'host.write(JSON.stringify([host.platform, host.bootArguments]));';
    const { status, stdout } = await evaluate(script, [], ['--a=1', '--b="x y"', 'ö']);
    expect(JSON.parse(stdout)).toEqual([platform, '--a=1 --b="x y" ö']);
    expect(status).toBe(0);
  });

  it('leaves the options of Solo5 away, which come first', async () => {
    const script = 'host.write(host.bootArguments);';
    const words = ['--solo5:quiet', '--solo5:debug', '--a', '--solo5:warn'];
    expect((await evaluate(script, [], words)).stdout).toBe('--a --solo5:warn');
    expect((await evaluate(script, [], ['--solo5:info'])).stdout).toBe('');
    expect((await evaluate(script)).stdout).toBe('');
  });

  it('ends with the status that it gives to halt', async () => {
    expect((await evaluate('host.halt(42);')).status).toBe(42);
  });

  it('knows the time of day, and sleeps as long as it wants to', async () => {
    const script = `
      const wall = host.wallClock(), start = host.monotonic();
      let steps = 0;
      host.run(() => {
        if (steps++ < 3) return start + 30 * steps;
        host.write(JSON.stringify({ wall, slept: host.monotonic() - start }));
        host.halt(0);
      });`;
    const { stdout } = await evaluate(script, ['--tsc=1000000000']);
    const { wall, slept } = JSON.parse(stdout);
    expect(Math.abs(wall - Date.now())).toBeLessThan(60_000);
    expect(slept).toBeGreaterThanOrEqual(90);
  });

  it('uses all the memory it was given, as zeros, and no more', async () => {
    const script = `
      const blocks = [];
      let dirty = 0;
      try { for (;;) { const block = new Uint8Array(65536); for (let at = 0; at < 65536; at += 256) dirty |= block[at]; blocks.push(block.fill(1)); } }
      catch (error) { blocks.push(error.message); }
      host.write(JSON.stringify([blocks.length, dirty, blocks.pop(), host.memorySize() - host.memoryUsed()]));`;
    const { stdout } = await evaluate(script, ['--mem=32']);
    const [blocks, dirty, message, free] = JSON.parse(stdout);
    expect(blocks).toBeGreaterThan(320);
    expect([dirty, message]).toEqual([0, 'out of memory']);
    expect(free).toBeLessThan(2 * 1024 * 1024);
  });

  it.each([4096, 10])('starts with %i MiB', async (memory) => {
    const { status, stdout } = await evaluate('host.write("started");', [`--mem=${memory}`]);
    expect([status, stdout]).toEqual([0, 'started']);
  });

  it('says so when there is too little memory', async () => {
    const { status, stdout } = await evaluate('', ['--mem=8']);
    expect([status, stdout]).toEqual([
      69,
      'atoll: less than 10 MiB of memory: use --mem=16 or more\n',
    ]);
    expect((await evaluate('', ['--mem=2'])).stderr).toContain('a segment lies beyond 2 MiB');
  });

  it('is no program of the host', async () => {
    const image = await buildGuest(platform, { script: '' });
    // A shell says 127 where the interpreter that an executable asks for is missing.
    expect((await run(['sh', '-c', image])).status).toBe(127);
  });
});

const DISKS = `
  const [size, count, isDurable] = [host.blockSize(1), host.blockCount(1), host.blockIsDurable(1)];
  const bytes = new Uint8Array(2 * size).map((_, at) => at % 251), read = new Uint8Array(2 * size);
  const done = [host.blockWrite(1, 1, bytes), host.blockFlush(1), host.blockRead(1, count - 2, read)];
  host.write(JSON.stringify([host.blockName(0), host.blockName(1), host.blockName(2) ?? null, size, count, isDurable, done, read[0]]));`;

describe.skipIf(lacks('cc')).each(PLATFORMS)('disks on %s', (platform) => {
  let image: string;
  beforeAll(async () => {
    const devices = [
      { name: 'first', type: 'block' },
      { name: 'second', type: 'block' },
    ] as const;
    image = await buildGuest(platform, { script: DISKS, devices });
  });

  it.each([512, 4096])('have blocks of %i bytes, at their own names', async (size) => {
    const [first, second] = [temporary('first'), temporary('second')];
    writeFileSync(first, Buffer.alloc(4096));
    writeFileSync(second, Buffer.alloc(8 * size, 7));
    const options = [
      `--block:second=${second}`,
      `--block:first=${first}`,
      `--block-sector-size:second=${size}`,
    ];
    const { status, stdout } = await runGuest(image, options);
    expect(JSON.parse(stdout)).toEqual([
      'first',
      'second',
      null,
      size,
      8,
      false,
      [true, true, true],
      7,
    ]);
    expect(status).toBe(0);
    const written = readFileSync(second);
    expect(written.subarray(0, size)).toEqual(Buffer.alloc(size, 7));
    expect([...written.subarray(size, 3 * size)]).toEqual(
      Array.from({ length: 2 * size }, (_, at) => at % 251),
    );
  });

  it('must all be attached, and no others', async () => {
    const missing = await runGuest(image);
    expect([missing.status, missing.stderr]).toEqual([
      1,
      'tender: the device first is declared but not attached\n',
    ]);
    const surplus = await runGuest(image, ['--net:first=tap0']);
    expect([surplus.status, surplus.stderr]).toEqual([
      1,
      'tender: the image declares no network device "first"\n',
    ]);
  });
});
