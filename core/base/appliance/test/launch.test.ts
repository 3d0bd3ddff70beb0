import type { Options } from '@atoll/conf/table';
import { optional } from '@atoll/conf/table';
import { text } from '@atoll/conf/value';
import type { BlockDevice } from '@atoll/device/block';
import { memoryDisk } from '@atoll/device/memory-disk';
import type { Result } from '@atoll/result/result';
import { malformed, misconfigured, ok } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import type { Appliance, System } from '../src/appliance.ts';
import { Misconfiguration } from '../src/appliance.ts';
import type { Platform } from '../src/launch.ts';
import { launch } from '../src/launch.ts';

const ARGUMENTS = { who: optional(text('WHO', 'a name'), { summary: 'Who.', example: 'you' }) };

function demo(start: Appliance<typeof ARGUMENTS>['start']): Appliance<typeof ARGUMENTS> {
  return {
    name: 'demo',
    version: '1.2.3',
    summary: 'Demonstrates.',
    devices: [{ name: 'service', type: 'network', summary: 'the network' }],
    arguments: ARGUMENTS,
    start,
  };
}

function run(
  words: string[],
  start: (system: System, options: Options<typeof ARGUMENTS>) => void,
  device = true,
  change: Partial<Appliance<typeof ARGUMENTS>> = {},
  disk?: BlockDevice,
) {
  let now = 0;
  const printed: string[] = [];
  const statuses: number[] = [];
  const platform: Platform = {
    clock: { monotonic: () => now, wall: () => 0 },
    entropy: { fill: (bytes) => bytes.fill(7) },
    console: { write: (line) => printed.push(line) },
    fast: {
      allocate: () => ({ bytes: new Uint8Array(0), address: 0 }),
      load: () => ({}),
      native: () => {
        throw new Error('no native module');
      },
    },
    sockets: undefined,
    freeMemory: () => 2 ** 26,
    memorySize: () => 2 ** 27,
    target: 'test',
    image: '',
    words,
    devices: [],
    block: () => disk,
    network: (name) =>
      device && name === 'service'
        ? ({ name, mac: 2, mtu: 1500 } as ReturnType<Platform['network']>)
        : undefined,
    halt: (status) => statuses.push(status),
  };
  const appliance = { ...demo(start), ...change } as unknown as Appliance;
  const loop = launch(appliance, platform, ['--who=compiled']);
  return { loop, output: () => printed.join(''), statuses, advance: (ms: number) => (now += ms) };
}

describe('launch', () => {
  it('prints help and version and halts with 0', () => {
    const help = run(['--help'], () => expect.unreachable());
    expect(help.output()).toContain('--who=WHO');
    expect(help.output()).toContain('--log=LEVEL');
    expect(help.statuses).toEqual([0]);
    expect(run(['--version'], () => expect.unreachable()).output()).toBe('demo 1.2.3\n');
  });

  it('says what runs here, since when, and with how much memory', () => {
    let told: unknown;
    const tell = ({ program, launchedAt, memory }: System) => {
      told = { program, launchedAt, memory: memory() };
    };
    run([], tell);
    expect(told).toEqual({
      program: { name: 'demo', version: '1.2.3', target: 'test', image: '' },
      launchedAt: 0,
      memory: { used: 2 ** 26, size: 2 ** 27 },
    });
  });

  it('halts with 64 on bad arguments, missing devices and misconfiguration', () => {
    const unknown = run(['--woh=x'], () => expect.unreachable());
    expect(unknown.output()).toBe('demo: unknown argument --woh\n  did you mean --who?\n');
    const missing = run([], () => expect.unreachable(), false);
    expect(missing.output()).toContain('no network device "service"');
    const misconfigured = run([], () => {
      throw new Misconfiguration('who is not here');
    });
    expect(misconfigured.output()).toBe('demo: who is not here\n');
    for (const { statuses, loop } of [unknown, missing, misconfigured]) {
      expect(statuses).toEqual([64]);
      expect(loop).toBeUndefined();
    }
  });

  it('starts without a block device that is optional, and not without one that is not', () => {
    const declared = (isOptional: boolean) => ({
      devices: [{ name: 'storage', type: 'block', summary: 'leases', isOptional } as const],
    });
    let block: BlockDevice | undefined;
    const start = (system: System) => {
      block = system.block('storage');
    };
    expect(run([], start, true, declared(true)).statuses).toEqual([]);
    expect(block).toBeUndefined();
    const missing = run([], () => expect.unreachable(), true, declared(false));
    expect(missing.output()).toBe('demo: no block device "storage"\n  expected one for: leases\n');
    const disk = memoryDisk({ blockCount: 1 });
    run([], start, true, declared(false), disk);
    expect(block).toBe(disk);
  });

  it('does not swallow a bug in start', () => {
    expect(() =>
      run([], () => {
        throw new TypeError('bug');
      }),
    ).toThrow('bug');
  });

  it('steps activities until the earliest deadline, at once when woken', () => {
    const polled: number[] = [];
    let system: System | undefined;
    const { loop, advance } = run([], (given) => {
      system = given;
      given.run({ poll: (now) => polled.push(now) && now + 50 });
      given.run({ poll: () => Number.POSITIVE_INFINITY });
    });
    expect(loop?.step()).toBe(50);
    advance(60);
    expect(loop?.step()).toBe(110);
    expect(polled).toEqual([0, 60]);
    system?.run({
      poll() {
        system?.wake();
        return 1000;
      },
    });
    expect(loop?.step()).toBe(60);
  });

  it('logs at the level asked for', () => {
    const { output } = run(['--log=warning'], (system) => {
      const log = system.log.for('dns');
      log.info('unheard');
      log.warning('heard');
    });
    expect(output()).toBe('[    0.000] warning dns: heard\n');
  });
});

describe('arguments on a disk', () => {
  const disk = memoryDisk({ name: 'storage', blockCount: 1 });

  /** Launches with a disk that answers `result` when it has been asked so often. */
  function boot(words: string[], result: Result<readonly string[]>, tries = 1) {
    const heard: (string | undefined)[] = [];
    let asked = 0;
    const configuration = {
      device: 'storage',
      read(device: BlockDevice, owner: string) {
        expect([device, owner]).toEqual([disk, 'demo']);
        return () => (++asked < tries ? undefined : result);
      },
    };
    const start = (_: System, { who }: { who?: string | undefined }) => heard.push(who);
    const booted = run(words, start, true, { configuration }, disk);
    return { ...booted, heard };
  }

  it('count more than those compiled in, and less than those given at boot', () => {
    expect(boot([], ok([])).heard).toEqual(['compiled']);
    expect(boot([], ok(['--who=disk'])).heard).toEqual(['disk']);
    expect(boot(['--who=boot'], ok(['--who=disk'])).heard).toEqual(['boot']);
  });

  it('are said to be on the disk when they are wrong', () => {
    const { output, statuses, loop } = boot([], ok(['--woh=disk']));
    expect(output()).toBe(
      'demo: on the disk "storage": unknown argument --woh\n  did you mean --who?\n',
    );
    expect([statuses, loop]).toEqual([[64], undefined]);
  });

  it.each([
    [misconfigured('it is blank'), 64],
    [malformed('it reports an error'), 69],
  ])('stop the start when they cannot be had', (result, status) => {
    const { output, statuses, heard } = boot([], result);
    const reason = result.error.reason;
    expect(output()).toBe(`demo: the disk "storage": ${reason}\n`);
    expect([statuses, heard]).toEqual([[status], []]);
  });

  it('are waited for in the loop', () => {
    const { loop, heard, advance } = boot([], ok(['--who=disk']), 3);
    expect(heard).toEqual([]);
    expect(loop?.step()).toBe(10_000);
    advance(5000);
    loop?.step();
    expect(heard).toEqual(['disk']);
    expect(loop?.step()).toBe(Number.POSITIVE_INFINITY);
    expect(heard).toEqual(['disk']);
  });

  it('are not waited for without end', () => {
    const { loop, output, statuses, heard, advance } = boot([], ok([]), 100);
    advance(9999);
    loop?.step();
    expect(statuses).toEqual([]);
    advance(1);
    loop?.step();
    expect(output()).toBe('demo: the disk "storage": it does not answer\n');
    expect([statuses, heard]).toEqual([[69], []]);
  });

  it('are not looked for when help is asked for', () => {
    expect(boot(['--help'], misconfigured('it is blank')).statuses).toEqual([0]);
  });
});
