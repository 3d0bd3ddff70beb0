import type { System } from '@atoll/appliance/appliance';
import { decodeUtf8 } from '@atoll/bytes/utf8';
import { memoryDisk } from '@atoll/device/memory-disk';
import { Headers } from '@atoll/http/headers';
import type { Request } from '@atoll/http/message';
import { Logger } from '@atoll/log/log';
import { Lan } from '@atoll/sim/lan';
import { Stack } from '@atoll/stack/stack';
import { describe, expect, it } from 'vitest';
import { Status } from '../src/status.ts';

function setUp() {
  const lan = new Lan(1);
  const host = lan.host('server');
  const log = new Logger(() => {}, 'info');
  const system = {
    program: { name: 'lighthouse', version: '1.2.3', target: 'test', image: 'f00d' },
    clock: host.clock,
    launchedAt: host.clock.monotonic(),
    log,
    memory: () => ({ used: 3 * 2 ** 20, size: 2 ** 24 }),
  } as unknown as System;
  const status = new Status(system, 'Shines.');
  const stack = new Stack({ entropy: host.entropy, log });
  const target = stack.attach({
    device: host.device,
    ipv4: { address: 0x0a00_0002, length: 24 },
    ipv6: 'link-local',
  });
  host.run(stack);
  status.watchNetwork({
    ...{ sockets: stack, stack, interface: target, learnsDns: false, onDnsChange: () => {} },
    dns: { servers: [0x0a00_0001], searchDomains: [] },
  });
  const ask = async (path: string, method = 'GET', headers = {}) => {
    const request = { method, path, scheme: 'http', headers: new Headers(headers) };
    const response = await status.handle(request as unknown as Request);
    return { ...response, text: decodeUtf8((response.body ?? new Uint8Array(0)) as Uint8Array) };
  };
  return { lan, log, status, ask };
}

describe('the status page', () => {
  it('says what runs, where it is, and what went wrong', async () => {
    const { lan, log, status, ask } = setUp();
    status.show(() => ({ title: 'Ships', rows: [['Beagle', '<9 kn>']] }));
    log.for('lamp').warning('the oil is low');
    lan.run(3_661_000);
    log.error('x'.repeat(1000));
    const { status: code, text } = await ask('/');
    expect(code).toBe(200);
    const cells = [...text.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row]) =>
      row.replace(/<\/t[hd]>(?=.)/g, ': ').replace(/<[^>]*>/g, ''),
    );
    expect(cells).toEqual(
      expect.arrayContaining([
        'Version: 1.2.3',
        'Image: f00d',
        'Running for: 1 h 1 min',
        'Memory: 3.0 MiB of 16 MiB',
        'IPv4: 10.0.0.2/24',
        'Name server: 10.0.0.1',
        'Beagle: &lt;9 kn&gt;',
      ]),
    );
    expect(cells.some((cell) => /^IPv6: fe80::.*\/64$/.test(cell))).toBe(true);
    expect(cells.some((cell) => /^Sent: [1-9]/.test(cell))).toBe(true);
    expect(cells.at(-1)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d: warning: lamp: the oil is low$/);
    expect(cells.at(-2)).toMatch(/: error: x{300}…$/);
  });

  it('keeps ten warnings', async () => {
    const { log, ask } = setUp();
    for (let at = 0; at < 1000; at++) log.warning(`number ${at}`);
    const { text } = await ask('/');
    expect(text.match(/number \d+/g)).toEqual(
      Array.from({ length: 10 }, (_, at) => `number ${999 - at}`),
    );
  });
});

describe('/metrics', () => {
  it('has what every appliance counts', async () => {
    const { lan, log, status, ask } = setUp();
    status.watchDisk(memoryDisk({ name: 'storage', blockCount: 8 }));
    log.debug('not written');
    log.error('one');
    lan.run(2000);
    const { text, headers } = await ask('/metrics');
    expect(headers?.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    for (const line of [
      'atoll_build_info{name="lighthouse",version="1.2.3",target="test",image="f00d"} 1',
      'atoll_uptime_seconds 2',
      'atoll_memory_used_bytes 3145728',
      'atoll_log_lines_total{level="error"} 1',
      'atoll_network_dropped_frames_total{device="server"} 0',
      'atoll_block_reads_total{device="storage"} 0',
      'atoll_tcp_retransmitted_segments_total 0',
      'atoll_tcp_connections{state="established"} 0',
      'atoll_udp_closed_port_total 0',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(/^atoll_network_transmit_bytes_total\{device="server"\} [1-9]\d*$/m);
    expect(text).toMatch(/^process_start_time_seconds \d+/m);
  });

  it('is OpenMetrics for who asks for it', async () => {
    const { ask } = setUp();
    const { text, headers } = await ask('/metrics', 'GET', {
      accept: 'application/openmetrics-text',
    });
    expect(headers?.get('content-type')).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
    expect(text).toMatch(/# EOF\n$/);
  });
});

it.each([
  ['GET', '/nothing', 404],
  ['GET', '/metrics/', 404],
  ['POST', '/', 405],
  ['DELETE', '/metrics', 405],
  ['HEAD', '/', 200],
])('%s %s is answered with %i', async (method, path, code) => {
  const { ask } = setUp();
  expect((await ask(path, method)).status).toBe(code);
});
