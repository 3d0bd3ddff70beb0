import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../../src/requirements.ts';
import { buildGuest, PLATFORMS, runGuest, temporary } from './guest.ts';

/** Where boot information lies, its fields, and how long it is. */
const LAYOUT = {
  hvt: { start: 0x10000, commandLine: 24, manifest: 32, size: 56 },
  spt: { start: 0x11000, commandLine: 16, manifest: 24, size: 40 },
} as const;

/** Offsets in a manifest, and in its entry 1. */
const ENTRY = 8 + 104;
const [TYPE, UNION, ATTACHED] = [68, 72, 96];

describe.skipIf(lacks('cc')).each(PLATFORMS)('a tender for %s that lies', (platform) => {
  const { start, commandLine, manifest, size } = LAYOUT[platform];
  const entry = start + size + ENTRY;
  let image: string;
  let disk: string;
  beforeAll(async () => {
    const devices = [{ name: 'storage', type: 'block' }] as const;
    image = await buildGuest(platform, { script: 'host.write("started");', devices });
    disk = temporary('disk');
    writeFileSync(disk, Buffer.alloc(4096));
  });

  const lie = (address: number, hex: string) =>
    runGuest(image, [`--block:storage=${disk}`, `--poke=${address}=${hex}`], ['--word']);

  it('is believed as long as it does not', async () => {
    expect(await lie(start, '00')).toMatchObject({ status: 0, stdout: 'started' });
  });

  it.each([
    ['no memory', start, '0000000000000000', 'less than 10 MiB of memory'],
    ['8 MiB', start, '0000800000000000', 'less than 10 MiB of memory'],
    [
      'a command line nowhere',
      start + commandLine,
      '0000000000000000',
      'boot arguments are out of reach',
    ],
    [
      'a command line beyond all memory',
      start + commandLine,
      'ffffffffffffffff',
      'boot arguments are out of reach',
    ],
    [
      'a command line in the image',
      start + commandLine,
      '0000100000000000',
      'boot arguments are out of reach',
    ],
    ['a manifest nowhere', start + manifest, '0000000000000000', 'manifest is out of reach'],
    [
      'a manifest beyond all memory',
      start + manifest,
      '00000000ffffffff',
      'manifest is out of reach',
    ],
    [
      'a manifest that reaches into the image',
      start + manifest,
      'fcff0f0000000000',
      'manifest is out of reach',
    ],
    ['a manifest of version 2', start + size, '02', 'not of version 1'],
    ['a manifest without entries', start + size + 4, '00000000', '1 to 64 entries'],
    ['a manifest with 65 entries', start + size + 4, '41000000', '1 to 64 entries'],
    ['a manifest with four billion entries', start + size + 4, 'ffffffff', '1 to 64 entries'],
    [
      'a manifest that starts with a device',
      start + size + 8 + TYPE,
      '02000000',
      'its reserved entry',
    ],
    ['a name without an end', entry, '41'.repeat(68), 'a name without an end'],
    [
      'a device that is not attached',
      entry + ATTACHED,
      '00',
      'storage is declared but not attached',
    ],
    ['a device of an unknown type', entry + TYPE, '09', 'storage is of an unknown type'],
    [
      'an address of a group',
      entry + TYPE,
      '02000000' + '01005e000001',
      'storage has no unicast hardware address',
    ],
    [
      'no address',
      entry + TYPE,
      '02000000' + '000000000000',
      'storage has no unicast hardware address',
    ],
    [
      'an MTU of nothing',
      entry + TYPE,
      '02000000' + '02005e005301' + '0000',
      'storage has no usable MTU',
    ],
    ['blocks of 0 bytes', entry + UNION + 8, '0000', 'storage has blocks that are no power of two'],
    [
      'blocks of 768 bytes',
      entry + UNION + 8,
      '0003',
      'storage has blocks that are no power of two',
    ],
    ['no block', entry + UNION, '0000000000000000', 'storage has no whole number of blocks'],
    ['half a block', entry + UNION, '0011000000000000', 'storage has no whole number of blocks'],
  ])('about %s is told so', async (_what, address, hex, message) => {
    const { status, stdout } = await lie(address, hex);
    expect(stdout).toMatch(/^atoll: /);
    expect(stdout).toContain(message);
    expect(status).toBe(69);
  });

  it('about a command line without an end is told so', async () => {
    const { stdout } = await lie(start + commandLine, '0000020000000000');
    // What lies there is all zeros: an empty line.
    expect(stdout).toBe('started');
    const endless = [
      `--block:storage=${disk}`,
      `--poke=${start + commandLine}=0000020000000000`,
      `--poke=${0x20000}=${'61'.repeat(8192)}`,
    ];
    const { status, stdout: complaint } = await runGuest(image, endless);
    expect(complaint).toBe('atoll: the boot arguments are longer than 8191 bytes\n');
    expect(status).toBe(64);
  });
});

describe.skipIf(lacks('cc'))('a tender for spt', () => {
  it('with something of its own behind the memory is refused', async () => {
    const image = await buildGuest('spt', { script: '' });
    // It says 12 MiB and has mapped 16, as if the rest were its own.
    const { status, stdout } = await runGuest(image, [`--poke=${0x11000}=0000c00000000000`]);
    expect(stdout).toContain('the 8 GiB behind the memory are not free');
    expect(status).toBe(69);
  });
});

describe.skipIf(lacks('cc'))('a tender for hvt that lies', () => {
  it('about the clock is told so', async () => {
    const image = await buildGuest('hvt', { script: '' });
    const { status, stdout } = await runGuest(image, [`--poke=${0x10010}=0000000000000000`]);
    expect(stdout).toContain('no clock');
    expect(status).toBe(69);
  });

  it('about the ring cannot make the guest send what it has not', async () => {
    const image = await buildGuest('hvt', { script: 'host.write("started");' });
    // A ring at the end of what a CPU can address is not used.
    const pokes = [`--poke=${0x10028}=01`, `--poke=${0x10030}=00f0ffffffffff7f`];
    expect(await runGuest(image, pokes)).toMatchObject({ status: 0, stdout: 'started' });
  });
});
