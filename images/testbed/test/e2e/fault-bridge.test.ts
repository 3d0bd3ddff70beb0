import { afterEach, describe, expect, it } from 'vitest';
import { FaultBridge } from '../../src/fault-bridge.ts';
import { Lan } from '../../src/lan.ts';
import { lacks } from '../../src/requirements.ts';

describe.skipIf(lacks('root', 'netns', 'tap', 'ping'))('a bad cable', () => {
  let lan: Lan | undefined;
  let bridge: FaultBridge | undefined;
  afterEach(async () => {
    await bridge?.stop();
    lan?.remove();
  });

  async function setUp(options: Parameters<FaultBridge['change']>[0]) {
    lan = new Lan();
    const one = lan.host('one', '10.0.0.1/24');
    const two = lan.host('two', '10.0.0.2/24');
    one.introduce('10.0.0.2', two.mac);
    two.introduce('10.0.0.1', one.mac);
    bridge = await FaultBridge.start(lan, two, options);
    const ping = async (...words: string[]) => {
      const command = ['ping', '-n', '-c', '50', '-i', '0.01', '-W', '1', ...words, '10.0.0.2'];
      return (await one.run(command)).stdout;
    };
    return { bridge, ping };
  }

  it('delays by as much as it is told, until it is told otherwise', async () => {
    const { bridge, ping } = await setUp({ delay: 30 });
    const slow = await ping();
    expect(slow).toContain(' 50 received');
    expect(Number(/min\/avg\/max\/mdev = ([\d.]+)/.exec(slow)?.[1])).toBeGreaterThanOrEqual(60);
    await bridge.change({});
    expect(Number(/min\/avg\/max\/mdev = ([\d.]+)/.exec(await ping())?.[1])).toBeLessThan(60);
  });

  it('loses and doubles frames, and says how many', async () => {
    const { bridge, ping } = await setUp({ loss: 0.2, duplicate: 0.2 });
    const report = await ping();
    const received = Number(/(\d+) received/.exec(report)?.[1]);
    expect(received).toBeGreaterThan(10);
    expect(received).toBeLessThan(50);
    expect(report).toContain('duplicates');
    const { sent, received: got } = await bridge.report();
    expect(sent.lost + got.lost).toBeGreaterThan(0);
    expect(got.arrived).toBe(50);
  });

  it('limits the size of frames, with and without a word', async () => {
    const { bridge, ping } = await setUp({ mtu: 1280 });
    expect(await ping('-M', 'do', '-s', '1253')).toContain(' 0 received');
    expect((await bridge.report()).received.tooBig).toBe(50);
    await bridge.change({ mtu: 1280, reportsTooBig: true });
    expect(await ping('-M', 'do', '-s', '1252')).toContain(' 50 received');
    expect(await ping('-M', 'do', '-s', '1253')).toMatch(/Frag needed|mtu ?= ?1280/);
  });
});
