import { afterAll, beforeAll, expect, it } from 'vitest';
import { Drip } from '../../src/client/drip.ts';
import { Hold } from '../../src/client/hold.ts';
import { onEach } from '../../src/each.ts';
import { eventually } from '../../src/poll.ts';
import { PAGE, SERVER, WebBed, webImages } from '../web/bed.ts';

const PATIENCE = 2;
/** What a crowd may cost an image beside itself: the buffers of TCP, and what the engine keeps of them. */
const MEMORY_KIB = 48 * 1024;

const { node, unix, hvt, spt, microvm } = await webImages();

onEach([node, unix, hvt, spt, microvm], ['curl', 'nc'], (target) => {
  // A machine that is interpreted is slow, and what it did not get to in time hears nothing.
  const [crowdSize, slow] = target === microvm ? [40, ['none']] : [200, []];
  let bed: WebBed;
  beforeAll(() => {
    bed = new WebBed(target, [`--patience=${PATIENCE}`, '--connections=300']);
    return bed.start(48);
  });
  afterAll(() => bed.stop());

  const drip = (text: string, isDeaf = false) =>
    Drip.start(bed.client, SERVER, {
      connections: crowdSize,
      port: 80,
      text,
      pauseMs: 200,
      isDeaf,
    });

  const page = async () => (await bed.curl('/')).body;

  it.each([
    ['heads', 'GET / HTTP/1.1\r\nHost: a\r\nX: '],
    ['bodies', 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n'],
    ['chunks', 'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;'],
  ])('serves others while hundreds send %s octet by octet, and ends those', async (_, text) => {
    const crowd = await drip(text);
    expect(await page()).toBe(PAGE);
    const statuses = await crowd.ended(60_000);
    expect(['408', ...slow]).toEqual(expect.arrayContaining(Object.keys(statuses)));
    expect(Object.values(statuses).reduce((sum, count) => sum + count)).toBe(crowdSize);
    expect(await page()).toBe(PAGE);
  });

  it('serves others while hundreds take nothing of what they asked for, and ends those', async () => {
    const before = bed.server.memory();
    const crowd = await drip('GET /bytes/1000000 HTTP/1.1\r\nHost: a\r\n\r\n', true);
    expect(await page()).toBe(PAGE);
    const grown = bed.server.memory() - before;
    expect(grown).toBeLessThan(MEMORY_KIB);
    await crowd.ended(60_000);
    expect(await page()).toBe(PAGE);
  });

  it('serves others while somebody pipelines thousands of requests and reads nothing', async () => {
    const text = 'GET /bytes/100000 HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2000);
    const options = { connections: 3, port: 80, text, pauseMs: 1000, isDeaf: true };
    const flood = await Drip.start(bed.client, SERVER, options);
    expect(await page()).toBe(PAGE);
    await flood.ended(60_000);
  });

  it('answers thousands of pipelined requests in turns', async () => {
    const count = 1000;
    const statuses = await bed.raw('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(count));
    expect(statuses).toEqual(new Array(count).fill('200'));
  });

  it('refuses heads without end before it has them', async () => {
    const huge = 'x'.repeat(1_000_000);
    expect(await bed.raw(`GET /${huge} HTTP/1.1\r\nHost: a\r\n\r\n`)).toEqual(['414']);
    expect(await bed.raw(`GET / HTTP/1.1\r\nHost: a\r\nX: ${huge}\r\n\r\n`)).toEqual(['431']);
    expect(await bed.raw(`GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(99_999)}`)).toEqual([
      '431',
    ]);
  });

  it('answers for a handler that does not', async () => {
    expect((await bed.curl('/never')).said).toMatch(/^503 /);
  });

  it('ends the connection whose body fails, and no other', async () => {
    await expect(bed.curl('/throws')).rejects.toThrow(/curl/);
    const line = 'GET /throws: Error: this body always fails';
    expect(await eventually(() => bed.server.console.includes(line))).toBe(true);
    expect(await page()).toBe(PAGE);
  });
});

onEach([node, unix], ['curl'], (target) => {
  it('serves others beside ten thousand connections that are idle', {
    timeout: 120_000,
  }, async () => {
    const bed = new WebBed(target, ['--patience=600', `--connections=${CONNECTIONS + 10}`]);
    bed.client.set('net.ipv4.ip_local_port_range', '1024 65535');
    await bed.start(256);
    const before = bed.server.memory();
    const options = { connections: CONNECTIONS, port: 80, timeoutMs: 90_000 };
    const hold = await Hold.start(bed.client, SERVER, options);
    expect((await bed.curl('/')).body).toBe(PAGE);
    const each = ((bed.server.memory() - before) * 1024) / CONNECTIONS;
    console.log(`${target.name}: ${Math.round(each)} bytes for each idle connection`);
    expect(each).toBeLessThan(CONNECTION_BYTES);
    await hold.stop();
    expect((await bed.curl('/')).body).toBe(PAGE);
    await bed.stop();
  });
});

const CONNECTIONS = 10_000;
const CONNECTION_BYTES = 16_384;
