import { describe, expect, it } from 'vitest';
import type { Level } from '../src/log.ts';
import { LEVELS, Logger } from '../src/log.ts';

function collect(level?: Level) {
  const lines: [Level, string][] = [];
  return { lines, log: new Logger((...line) => lines.push(line), level) };
}

describe('Logger', () => {
  it('writes the level, the part that speaks, and the sentence', () => {
    const { log, lines } = collect();
    log.info('ready');
    log.for('dns').error('no server answers');
    expect(lines).toEqual([
      ['info', 'info    ready'],
      ['error', 'error   dns: no server answers'],
    ]);
  });

  it.each([
    ['quiet', []],
    ['error', ['error']],
    ['warning', ['error', 'warning']],
    ['info', ['error', 'warning', 'info']],
    ['debug', ['error', 'warning', 'info', 'debug']],
  ] as const)('at %s writes %j', (level, expected) => {
    const { log, lines } = collect(level);
    for (const write of ['error', 'warning', 'info', 'debug'] as const) log[write]('x');
    expect(lines.map(([written]) => written)).toEqual(expected);
    expect(LEVELS.filter((asked) => log.enabled(asked))).toEqual(expected);
  });

  it('changes its level together with all that came from the same root', () => {
    const { log, lines } = collect('error');
    const part = log.for('dhcp');
    part.debug('one');
    log.setLevel('debug');
    part.debug('two');
    part.setLevel('quiet');
    log.error('three');
    expect(lines).toEqual([['debug', 'debug   dhcp: two']]);
  });

  it('tells those who follow what it writes, and not what they say about it', () => {
    const { log, lines } = collect('info');
    const heard: unknown[] = [];
    const part = log.for('dns');
    log.info('before');
    part.follow((...entry) => {
      heard.push(entry);
      log.for('listener').info('I heard something');
    });
    part.debug('not written');
    log.warning('one');
    part.error('two');
    expect(heard).toEqual([
      ['warning', '', 'one'],
      ['error', 'dns', 'two'],
    ]);
    expect(lines.map(([, line]) => line)).toEqual([
      'info    before',
      'warning one',
      'info    listener: I heard something',
      'error   dns: two',
      'info    listener: I heard something',
    ]);
  });

  it('tells the others when one who follows fails', () => {
    const { log } = collect();
    const heard: string[] = [];
    log.follow((_, __, sentence) => {
      heard.push(sentence);
      if (sentence === 'one') throw new Error('no');
    });
    expect(() => log.info('one')).toThrow('no');
    log.info('two');
    expect(heard).toEqual(['one', 'two']);
  });
});
