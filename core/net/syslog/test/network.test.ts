import { describe, expect, it } from 'vitest';
import { World } from './kit.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`);

describe.each(['udp', 'tcp'])('over %s', (scheme) => {
  it('a collector gets what is logged, with all that is known about it', () => {
    const world = new World(`${scheme}://10.0.0.9`);
    world.collector.listen();
    world.log.for('dns').warning('before there is a network: ä');
    world.start();
    world.pass(12_345);
    world.log.error('later');
    world.pass(1000);
    expect(world.collector.messages()).toMatchObject([
      {
        ...{ facility: 3, severity: 4, hostname: '10.0.0.2', appName: 'lighthouse' },
        ...{ processId: '', messageId: 'dns', text: 'before there is a network: ä' },
        data: [
          { id: 'timeQuality', parameters: { tzKnown: '1', isSynced: '0' } },
          { id: 'origin', parameters: { software: 'lighthouse', swVersion: '1.2.3' } },
          { id: 'meta', parameters: { sequenceId: '1' } },
        ],
      },
      {
        ...{ severity: 3, messageId: '', text: 'later' },
        data: [{}, {}, { id: 'meta', parameters: { sequenceId: '2', sysUpTime: '1234' } }],
      },
    ]);
    const [first, second] = world.collector.messages();
    expect(second.time - first.time).toBe(12_345);
    expect(world.metrics()).toEqual({
      sent_total: 2,
      lost_total: 0,
      connects_total: 1,
      reached: 1,
    });
    expect(world.console.filter((line) => line.includes(' syslog: '))).toEqual([
      `info    syslog: log lines go to ${scheme}://10.0.0.9:514`,
    ]);
  });

  it('lines wait for an address of our own', () => {
    const world = new World(`${scheme}://10.0.0.9`);
    world.collector.listen();
    const stack = world.start(false);
    world.log.info('early');
    world.pass(30_000);
    expect(world.sentences).toEqual([]);
    stack.configureIpv4(stack.interfaces[0], { address: 0x0a00_0003, length: 24 });
    world.pass(60_000);
    expect(world.collector.messages()).toMatchObject([{ hostname: '10.0.0.3', text: 'early' }]);
  });

  it('a flood becomes a count', () => {
    const world = new World(`${scheme}://10.0.0.9`);
    world.collector.listen();
    world.start();
    world.pass(1000);
    for (const sentence of numbers(2000)) world.log.debug(sentence);
    world.pass(5000);
    world.log.info('after');
    world.pass(5000);
    expect(world.sentences).toEqual([
      ...numbers(500),
      'log lines that were lost here: 1500',
      'after',
    ]);
    expect(world.metrics().lost_total).toBe(1500);
  });

  it('what is long is cut', () => {
    const world = new World(`${scheme}://10.0.0.9`);
    world.collector.listen();
    world.start();
    world.log.info('x'.repeat(100_000));
    world.pass(1000);
    const [sentence] = world.sentences;
    expect(sentence).toMatch(/^x+$/);
    expect(sentence.length).toBeLessThan(2048);
    expect(sentence.length).toBeGreaterThan(900);
  });
});

describe('over tcp', () => {
  it.each(['end', 'abort'] as const)(
    'it goes on when a collector that left by %s is back',
    (how) => {
      const world = new World('tcp://10.0.0.9');
      world.collector.listen();
      world.start();
      world.log.info('one');
      world.pass(60_000);
      world.collector.leave(how);
      world.pass(1000);
      world.log.info('two');
      world.pass(120_000);
      world.log.info('three');
      world.collector.listen();
      world.pass(120_000);
      world.log.info('four');
      world.pass(1000);
      expect(world.sentences).toEqual(['one', 'two', 'three', 'four']);
      const said = world.console.filter((line) => line.includes(' syslog: '));
      expect(said).toHaveLength(3);
      expect(said[1]).toMatch(
        /^warning syslog: tcp:\/\/10\.0\.0\.9:514: the connection is \w+; log lines wait$/,
      );
    },
  );

  it('asks a collector that is away less and less often', () => {
    const world = new World('tcp://10.0.0.9');
    world.start();
    world.pass(3_600_000);
    const { connects_total: attempts } = world.metrics();
    expect(attempts).toBeGreaterThan(35);
    expect(attempts).toBeLessThan(70);
    expect(world.console.filter((line) => line.includes(' syslog: '))).toHaveLength(1);
  });

  it('and one that takes connections only to end them', () => {
    const world = new World('tcp://10.0.0.9');
    world.collector.isRude = true;
    world.collector.listen();
    world.start();
    world.pass(600_000);
    expect(world.collector.opened.length).toBeLessThan(20);
    const pauses = world.collector.opened
      .slice(1)
      .map((at, index) => at - world.collector.opened[index]);
    expect(pauses[0]).toBeLessThan(2500);
    expect(pauses.at(-1)).toBeGreaterThan(55_000);
  });

  it('keeps a bounded number of lines for one that does not read', () => {
    const world = new World('tcp://10.0.0.9');
    world.collector.isAwake = false;
    world.collector.listen();
    world.start();
    for (let second = 0; second < 600; second++) {
      for (let at = 0; at < 10; at++) world.log.info(`${second} ${'x'.repeat(500)}`);
      world.pass(1000);
    }
    const { sent_total: sent, lost_total: lost } = world.metrics();
    expect(lost).toBeGreaterThan(1000);
    // The others still wait.
    expect(sent + lost).toBeGreaterThanOrEqual(6000 - 512);
    expect(sent + lost).toBeLessThanOrEqual(6000);
  });

  it('finds out that a silent collector is gone', () => {
    const world = new World('tcp://10.0.0.9');
    world.collector.listen();
    world.start();
    world.pass(1000);
    world.collector.host.plugged = false;
    world.pass(1_800_000);
    expect(world.console.at(-1)).toMatch(/^warning syslog: .* timeout; log lines wait$/);
  });

  it('loses nothing on a bad wire', () => {
    const world = new World('tcp://10.0.0.9', { loss: 0.2, delay: 20, jitter: 10 });
    world.collector.listen();
    world.start();
    for (const sentence of numbers(300)) {
      world.log.info(sentence);
      world.pass(100);
    }
    world.pass(600_000);
    expect(world.sentences).toEqual(numbers(300));
  });
});
