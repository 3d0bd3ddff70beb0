import { expect, it } from 'vitest';
import { parseDnsperf } from '../src/client/dnsperf.ts';
import { parsePerfdhcp } from '../src/client/perfdhcp.ts';

it('parsePerfdhcp reads both exchanges', () => {
  const report = parsePerfdhcp(`***Rate statistics***
Rate: 163.122 4-way exchanges/second, expected rate: 250

***Statistics for: DISCOVER-OFFER***
sent packets: 1000
received packets: 823
drops: 177
drops ratio: 17.7 %

min delay: 0.105 ms
avg delay: 275.538 ms

***Statistics for: REQUEST-ACK***
sent packets: 823
received packets: 816
drops: 7

min delay: 0.047 ms
avg delay: 193.265 ms
`);
  expect(report.rate).toBe(163.122);
  expect(report.discover).toEqual({ sent: 1000, received: 823, dropped: 177, averageMs: 275.538 });
  expect(report.request).toEqual({ sent: 823, received: 816, dropped: 7, averageMs: 193.265 });
});

it('parsePerfdhcp throws when there is no report', () => {
  expect(() => parsePerfdhcp('No interface eth0')).toThrow('no report');
});

it('parseDnsperf reads the statistics', () => {
  const report = parseDnsperf(`Statistics:

  Queries sent:         195014
  Queries completed:    195010 (100.00%)
  Queries lost:         4 (0.00%)

  Response codes:       NOERROR 195000 (99.99%), SERVFAIL 10 (0.01%)
  Average packet size:  request 37, response 53
  Run time (s):         4.001
  Queries per second:   48740.314921

  Average Latency (s):  0.001250 (min 0.000025, max 0.012083)
`);
  expect(report).toMatchObject({ sent: 195014, completed: 195010, lost: 4 });
  expect(report.queriesPerSecond).toBeCloseTo(48740.3, 1);
  expect(report.averageMs).toBeCloseTo(1.25);
  expect([...report.codes]).toEqual([
    ['NOERROR', 195000],
    ['SERVFAIL', 10],
  ]);
});

it('parseDnsperf throws when there are no statistics', () => {
  expect(() => parseDnsperf('Error: unable to open input data file')).toThrow('Queries sent');
});
