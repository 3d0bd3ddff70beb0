import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseWords } from '../src/command/command.ts';
import { takeDeviceOptions } from '../src/command/devices.ts';
import { exitStatus, qemuCommand } from '../src/command/qemu.ts';
import { UsageError } from '../src/usage.ts';

describe('the command atoll', { timeout: 30_000 }, () => {
  it.each([
    [['bild'], 'unknown command "bild"\n  did you mean build?'],
    [['build', 'unx'], 'unknown target "unx"\n  did you mean unix?'],
    [['build'], 'TARGET is missing'],
    [['build', 'unix', 'dnsviser'], 'unknown app "dnsviser"\n  did you mean dnsvizor?'],
    [['build', 'unix', 'dnsvizor', '--sett', 'a=b'], 'unknown option "sett"\n  did you mean set?'],
    [['build', 'node', 'dnsvizor', '--set', 'domain'], '--set domain\n  expected NAME=VALUE'],
    [
      ['build', 'node', 'dnsvizor', '--set', 'domin=x'],
      'unknown argument --domin\n  did you mean --domain?',
    ],
    [['build', 'node', 'dnsvizor', '--set', 'ipv4=1'], '--set: --ipv4=1: '],
    [['run', 'dnsvizor'], '--target is missing'],
    [['run', 'dnsvizor', '--target', 'unix', '--machine', 'q35'], 'are for the target virtio'],
    [['inspect', 'a', 'b'], 'unexpected "b"'],
    [['pinata', 'rely'], 'unknown way with a Pinata "rely"\n  did you mean relay?'],
    [['pinata', 'relay', 'a/b'], '"a/b"\n  expected a host'],
    [['pinata', 'relay', 'a', '--through=10003'], 'unknown port "10003"'],
  ])('ends with status 64 and advice: %j', async (words, advice) => {
    const { status, stderr, stdout } = await atoll(words);
    expect(stderr).toContain(advice);
    expect(stdout).toBe('');
    expect(status).toBe(64);
  });

  it('ends with status 1 where a file is no image', async () => {
    const { status, stderr } = await atoll(['size', import.meta.filename]);
    expect(stderr).toContain('no image of Atoll');
    expect(status).toBe(1);
  });

  it('helps', async () => {
    const { status, stdout } = await atoll(['run', '--help']);
    expect(stdout).toContain('usage: atoll run [APP] --target TARGET');
    expect(stdout).toContain('--net:NAME=TAP');
    expect(status).toBe(0);
    expect((await atoll(['help', 'run'])).stdout).toBe(stdout);
    expect((await atoll([])).stdout).toContain('build TARGET [APP]');
  });
});

describe('parseWords', () => {
  const types = { set: 'string', json: 'boolean' } as const;

  it('sorts words', () => {
    const words = ['unix', '--set', 'a=b', '--json', '--set=c=d', '--', '--e', 'f'];
    expect(parseWords(words, ['TARGET', '[APP]'], types)).toEqual({
      positionals: ['unix'],
      options: new Map([
        ['set', ['a=b', 'c=d']],
        ['json', ['']],
      ]),
      rest: ['--e', 'f'],
    });
  });

  it.each([[['--set']], [['--json=yes']], [['--jsn']], [['one', 'two']]])('refuses %j', (words) => {
    expect(() => parseWords(words, ['[ONE]'], types)).toThrow(UsageError);
  });
});

describe('the command line of QEMU', () => {
  const { devices, others } = takeDeviceOptions([
    'dnsvizor',
    '--net:service=tap7',
    '--net-mac:service=02:00:00:00:00:01',
    '--',
    '--net:not=ours',
  ]);
  const boot = {
    image: 'dnsvizor.virtio',
    model: 'microvm',
    acceleration: 'tcg',
    memory: '16',
    declared: [
      { name: 'service', type: 'network' },
      { name: 'uplink', type: 'network' },
      { name: 'storage', type: 'block' },
    ],
    devices,
    bootArguments: ['--domain=lan', '--text=two words', ''],
  } as const;

  it('takes the devices out of the words', () => {
    expect(others).toEqual(['dnsvizor', '--', '--net:not=ours']);
    expect(devices.taps).toEqual(new Map([['service', 'tap7']]));
    expect(() => takeDeviceOptions(['--net:service'])).toThrow(UsageError);
  });

  it('has a device for each TAP, on the bus of the machine', () => {
    const line = qemuCommand(boot).join(' ');
    expect(line).toContain('-M microvm -accel tcg -cpu max -m 16');
    expect(line).toContain('-netdev tap,id=service,ifname=tap7,script=no,downscript=no');
    expect(line).toContain('-device virtio-net-device,netdev=service,mac=02:00:00:00:00:01');
    expect(line).not.toContain('uplink');
    expect(qemuCommand({ ...boot, model: 'q35' }).join(' ')).toContain('virtio-net-pci');
  });

  it('has a drive for each disk, told by its serial number', () => {
    const { devices } = takeDeviceOptions([
      '--block:storage=/nowhere/a,b.img',
      '--block-sector-size:storage=4096',
    ]);
    const line = qemuCommand({ ...boot, devices }).join(' ');
    expect(line).toContain('-drive if=none,id=storage,format=raw,file=/nowhere/a,,b.img -device');
    expect(line).toContain(
      '-device virtio-blk-device,drive=storage,serial=storage,logical_block_size=4096,physical_block_size=4096',
    );
    const other = takeDeviceOptions(['--block:service=disk.img']);
    expect(() => qemuCommand({ ...boot, devices: other.devices })).toThrow('they are storage');
  });

  it('quotes boot arguments as far as that is possible', () => {
    expect(qemuCommand(boot).at(-1)).toBe('--domain=lan "--text=two words" ""');
    expect(() => qemuCommand({ ...boot, bootArguments: ['a "b"'] })).toThrow(UsageError);
  });

  it('refuses a TAP for a device that the appliance does not have', () => {
    const { devices } = takeDeviceOptions(['--net:servce=tap7']);
    expect(() => qemuCommand({ ...boot, devices })).toThrow('they are service, uplink');
  });

  it('tells the status of the image from that of QEMU', () => {
    expect(exitStatus(1, '')).toBe(0);
    expect(exitStatus(129, 'qemu-system-x86_64: warning: slow\n')).toBe(64);
    expect(exitStatus(1, 'qemu-system-x86_64: could not configure /dev/net/tun\n')).toBe(1);
    expect(exitStatus(0, '')).toBe(0);
  });
});

function atoll(
  words: readonly string[],
): Promise<{ status: number; stdout: string; stderr: string }> {
  const command = join(import.meta.dirname, '../bin/atoll.mjs');
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...words], (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
