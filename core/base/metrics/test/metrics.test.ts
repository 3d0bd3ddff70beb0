import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Families } from '../src/family.ts';
import { Histogram } from '../src/histogram.ts';
import { Registry } from '../src/registry.ts';
import { acceptedFormat, metricsText } from '../src/text.ts';
import { scrape } from './parse.ts';

describe('a registry', () => {
  it('asks its collectors when it is scraped, and joins what has one name', () => {
    const registry = new Registry();
    let frames = 1;
    registry.collect((families) =>
      families.counter('frames_total', 'Frames.', frames, { device: 'a' }),
    );
    registry.collect((families) => families.gauge('temperature_celsius', 'Warmth.', -3.5));
    registry.collect((families) => families.counter('frames_total', 'Frames.', 2, { device: 'b' }));
    frames = 7;
    expect(metricsText(registry.families())).toBe(
      [
        '# HELP frames_total Frames.',
        '# TYPE frames_total counter',
        'frames_total{device="a"} 7',
        'frames_total{device="b"} 2',
        '# HELP temperature_celsius Warmth.',
        '# TYPE temperature_celsius gauge',
        'temperature_celsius -3.5',
        '',
      ].join('\n'),
    );
  });

  it('has instruments of its own', () => {
    const registry = new Registry();
    registry.counter('starts_total', 'Starts.').increment();
    const codes = registry.counters('answers_total', 'Answers.', ['code', 'by']);
    codes.with('200', 'us').increment(3);
    codes.with('200', 'us').increment();
    registry.gauge('open_doors', 'Doors.').value = 4;
    registry.gauges('weight_grams', 'Weight.', ['of']).with('"x"\n').value = Number.NaN;
    const { samples, types } = scrape(metricsText(registry.families()));
    expect(samples).toEqual([
      { name: 'starts_total', labels: {}, value: 1 },
      { name: 'answers_total', labels: { code: '200', by: 'us' }, value: 4 },
      { name: 'open_doors', labels: {}, value: 4 },
      { name: 'weight_grams', labels: { of: '"x"\n' }, value: Number.NaN },
    ]);
    expect(types).toMatchObject({ answers_total: 'counter', open_doors: 'gauge' });
  });

  it('remembers no more label values than it should', () => {
    const registry = new Registry();
    const names = registry.counters('names_total', 'Names.', ['name']);
    for (let at = 0; at < 1000; at++) names.with(String(at)).increment();
    const { samples } = scrape(metricsText(registry.families()));
    expect(samples).toHaveLength(256);
    expect(samples.at(-1)).toMatchObject({ labels: { name: 'other' }, value: 745 });
  });

  it('writes OpenMetrics for those who want it', () => {
    const registry = new Registry();
    registry.counter('starts_total', 'Says "go".').increment();
    registry.histogram('wait_seconds', 'Waits.', new Histogram([0.5, 1])).observe(1);
    expect(metricsText(registry.families(), 'openmetrics')).toBe(
      [
        '# HELP starts Says \\"go\\".',
        '# TYPE starts counter',
        'starts_total 1',
        '# HELP wait_seconds Waits.',
        '# TYPE wait_seconds histogram',
        'wait_seconds_bucket{le="0.5"} 0',
        'wait_seconds_bucket{le="1.0"} 1',
        'wait_seconds_bucket{le="+Inf"} 1',
        'wait_seconds_sum 1',
        'wait_seconds_count 1',
        '# EOF',
        '',
      ].join('\n'),
    );
  });
});

describe('misuse', () => {
  it.each([
    ['a counter without _total', (one: Families) => one.counter('x', '', 1)],
    ['a bad name', (one: Families) => one.gauge('ä', '', 1)],
    ['a bad label', (one: Families) => one.gauge('x', '', 1, { 'a-b': '' })],
    ['a label of Prometheus', (one: Families) => one.gauge('x', '', 1, { __name__: '' })],
    ['the label of buckets', (one: Families) => one.gauge('x', '', 1, { le: '1' })],
    ['another type', (one: Families) => one.histogram('known', '', new Histogram([]))],
    ['the same labels', (one: Families) => one.gauge('known', '', 1, { b: '2', a: '1' })],
  ])('throws: %s', (_, add) => {
    const families = new Families();
    families.gauge('known', '', 1, { a: '1', b: '2' });
    expect(() => add(families)).toThrow(TypeError);
  });

  it('of instruments throws', () => {
    const registry = new Registry();
    expect(() => registry.counter('x_total', '').increment(-1)).toThrow(RangeError);
    expect(() => registry.counters('y_total', '', ['a']).with()).toThrow(RangeError);
    expect(() => new Histogram([1, 1])).toThrow(RangeError);
    expect(() => new Histogram([1]).observe(Number.NaN)).toThrow(RangeError);
  });
});

it('what a scraper reads is what was measured', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/);
  const samples = fc.uniqueArray(
    fc.record({
      help: fc.string({ unit: 'binary' }),
      value: fc.double(),
      label: fc.string({ unit: 'binary' }),
      name,
    }),
    { minLength: 1, selector: (one) => one.name },
  );
  fc.assert(
    fc.property(
      samples,
      fc.constantFrom('prometheus' as const, 'openmetrics' as const),
      (all, format) => {
        const families = new Families();
        for (const { name, help, value, label } of all)
          families.gauge(name, help, value, { label });
        const scraped = scrape(metricsText(families, format));
        expect(scraped.samples).toEqual(
          all.map(({ name, value, label }) => ({
            name,
            labels: { label },
            // There is one zero.
            value: value === 0 ? 0 : value,
          })),
        );
        for (const { name, help } of all) expect(scraped.help[name]).toBe(help);
      },
    ),
  );
});

it('a histogram counts as many observations as there were', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer()), fc.array(fc.integer()), (numbers, observed) => {
      const bounds = numbers.sort((one, other) => one - other);
      const histogram = new Histogram(bounds);
      for (const value of observed) histogram.observe(value);
      const families = new Families();
      families.histogram('x', '', histogram);
      const { samples } = scrape(metricsText(families));
      for (const [at, bound] of bounds.entries()) {
        expect(samples[at].labels).toEqual({ le: String(bound) });
        expect(samples[at].value).toBe(observed.filter((value) => value <= bound).length);
      }
      expect(samples.slice(bounds.length).map(({ value }) => value)).toEqual([
        observed.length,
        observed.reduce((sum, value) => sum + value, 0),
        observed.length,
      ]);
    }),
  );
});

describe('acceptedFormat', () => {
  it.each([
    [undefined, 'prometheus'],
    ['*/*', 'prometheus'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'prometheus'],
    ['application/openmetrics-text; version=1.0.0; charset=utf-8', 'openmetrics'],
    ['application/openmetrics-text', 'openmetrics'],
    ['application/openmetrics-text;version=0.0.1', 'prometheus'],
    ['application/openmetrics-text;version=1.0.0;q=0', 'prometheus'],
    ['application/openmetrics-text;q=0.2,text/plain;q=0.3', 'prometheus'],
    // What Prometheus 2.42 sends.
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
  ])('%s: %s', (accept, format) => {
    expect(acceptedFormat(accept)).toBe(format);
  });
});
