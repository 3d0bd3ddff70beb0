import { optional } from '@atoll/conf/table';
import { text } from '@atoll/conf/value';
import { describe, expect, it } from 'vitest';
import type { Appliance, System } from '../src/appliance.ts';
import { Misconfiguration } from '../src/appliance.ts';
import type { Platform } from '../src/launch.ts';
import { launch } from '../src/launch.ts';

const ARGUMENTS = { who: optional(text('WHO', 'a name'), { summary: 'Who.', example: 'you' }) };

function demo(start: (system: System) => void): Appliance {
  return {
    name: 'demo',
    version: '1.2.3',
    summary: 'Demonstrates.',
    devices: [{ name: 'service', type: 'network', summary: 'the network' }],
    arguments: ARGUMENTS,
    start,
  };
}

function run(words: string[], start: (system: System) => void, device = true) {
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
    },
    sockets: undefined,
    freeMemory: () => 2 ** 26,
    words,
    devices: [],
    block: () => undefined,
    network: (name) =>
      device && name === 'service'
        ? ({ name, mac: 2, mtu: 1500 } as ReturnType<Platform['network']>)
        : undefined,
    halt: (status) => statuses.push(status),
  };
  const loop = launch(demo(start), platform);
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
