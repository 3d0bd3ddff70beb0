import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Hold } from '../../src/client/hold.ts';
import { onEach } from '../../src/each.ts';
import { PAGE, SERVER, urlOf, WebBed, webImages } from '../web/bed.ts';

const { node, unix, hvt, spt, microvm } = await webImages();

/** What is sent, and the statuses of what comes back. */
const HOSTILE: readonly (readonly [string, ...string[]])[] = [
  ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', '200'],
  ['GET / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /x HTTP/1.1\r\nHost: a\r\n\r\n', '200', '404'],
  ['GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n', '200'],
  ['GET / HTTP/1.1\r\n\r\n', '400'],
  ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', '400'],
  ['GET / HTTP/1.1\nHost: a\n\n', '400'],
  ['GET / HTTP/2.0\r\nHost: a\r\n\r\n', '505'],
  ['CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', '501'],
  ['POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx', '400'],
  [
    'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    '400',
  ],
  ['POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n', '501'],
  ['POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n', '400'],
  ...[
    'Transfer-Encoding : chunked',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
    'Transfer-Encoding:\x0bchunked',
    'Transfer-Encoding: chunked\r\nContent-Length: 5',
    'X: y\rTransfer-Encoding: chunked',
    'Content-Length: +5',
    'Content-Length: 0x5',
    'Content-Length: 5, 5',
    'Content-Length: 5\r\nContent-Length: 6',
    'Content-Length : 5',
  ].map((field) => [`POST /echo HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n0\r\n\r\n`, '400'] as const),
  ...['0x3\r\nabc', '3 \r\nabc', '3\nabc', '3\r\nabcd', '3\r\nabc\n0\r\n', '3;a\nb\r\nabc'].map(
    (chunk) =>
      [
        `POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}\r\n0\r\n\r\n`,
        '400',
      ] as const,
  ),
  ['POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', '400'],
  ['POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n', '413'],
  ['POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nshort', '400'],
  ['GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n', '400'],
  ['GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n', '400'],
  ['GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n', '417'],
  [`GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`, '414'],
  [`GET / HTTP/1.1\r\nHost: a\r\n${'a: b\r\n'.repeat(200)}\r\n`, '431'],
  [`GET / HTTP/1.1\r\nHost: a\r\na: ${'b'.repeat(100_000)}`, '431'],
  ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n', '400'],
];

onEach([node, unix, hvt, spt, microvm], ['curl', 'nc'], (target) => {
  let bed: WebBed;
  beforeAll(() => {
    bed = new WebBed(target);
    return bed.start();
  });
  afterAll(() => bed.stop());

  const curl = (path: string, ...words: string[]) => bed.curl(path, ...words);

  it('serves a page, plain and compressed', async () => {
    expect((await curl('/')).body).toBe(PAGE);
    expect((await curl('/', '--compressed')).body).toBe(PAGE);
    const { body } = await curl('/', '-H', 'Accept-Encoding: br');
    expect(body.length).toBeLessThan(PAGE.length / 2);
    const report = await curl('/report');
    expect(JSON.parse(report.body)).toHaveLength(100);
    const size = ['-w', '%{stderr}%{size_download}', '--compressed'];
    const { body: same, said } = await curl('/report', ...size);
    expect(same).toBe(report.body);
    expect(Number(said)).toBeLessThan(same.length / 3);
  });

  it('serves what is new, and says when nothing is', async () => {
    const tag = (await curl('/')).said.split(' ')[1].split('|')[0];
    expect(tag).toMatch(/^"[\w-]+"$/);
    expect((await curl('/', '-H', `If-None-Match: ${tag}`)).said).toMatch(/^304 /);
    expect((await curl('/', '-H', 'If-None-Match: "x"')).said).toMatch(/^200 /);
    expect((await curl('/', '-H', 'If-Match: "x"')).said).toMatch(/^412 /);
  });

  it('serves parts', async () => {
    const { body, said } = await curl('/', '-r', '10-19');
    expect([body, said]).toEqual([
      PAGE.slice(10, 20),
      expect.stringMatching(new RegExp(`^206 .*bytes 10-19/${PAGE.length}`)),
    ]);
    expect((await curl('/', '-r', '-5')).body).toBe(PAGE.slice(-5));
    expect((await curl('/', '-r', '0-1,4-5')).body).toContain(`content-range: bytes 4-5/`);
    expect((await curl('/', '-r', '9999-')).said).toMatch(/^416 /);
    expect((await curl('/', '-r', '0-1', '-H', 'If-Range: "x"')).body).toBe(PAGE);
  });

  it.each([
    ['HEAD', '/', /^200 /],
    ['POST', '/', /^405 .*\|GET, HEAD, OPTIONS\|/],
    ['OPTIONS', '/', /^204 .*\|GET, HEAD, OPTIONS\|/],
    ['DELETE', '/echo', /^405 .*\|POST, PUT, OPTIONS\|/],
    ['BREW', '/echo', /^405 /],
    ['GET', '/nothing', /^404 /],
    ['GET', '/%2e%2e/x', /^400 /],
    ['TRACE', '/', /^405 /],
  ])('answers %s %s', async (method, path, expected) => {
    const words = method === 'HEAD' ? ['-I'] : ['-X', method];
    expect((await curl(path, '--path-as-is', ...words)).said).toMatch(expected);
  });

  it('takes bodies in all ways', async () => {
    const file = join(bed.lan.folder, 'upload');
    const text = Array.from({ length: 90_000 }, (_, at) => `${at}\n`).join('');
    writeFileSync(file, text);
    for (const words of [
      ['--data-binary', `@${file}`],
      ['-T', file],
      ['-T', file, '-H', 'Transfer-Encoding: chunked'],
      ['-T', file, '-H', 'Expect: 100-continue'],
      ['-0', '-T', file],
    ]) {
      expect((await curl('/echo', ...words)).body === text, words.join(' ')).toBe(true);
    }
    const { body } = await curl('/form', '-F', 'a=b', '-F', `file=@${file};type=text/plain`);
    expect(body).toBe(`a  1\nfile upload ${text.length}\n`);
  });

  it('sends what is made while it is sent', async () => {
    const { body } = await curl('/chunks/20000');
    expect(body.split('\n').length).toBe(20_001);
    expect(body.endsWith('\nline 1\n')).toBe(true);
    expect((await curl('/chunks/10', '-0')).body).toContain('line 10\n');
    expect((await curl('/bytes/1000000')).body.length).toBe(1_000_000);
    const events = ['curl', '-sN', '--max-time', '1', urlOf('/events')];
    expect((await bed.client.run(events)).stdout).toBe('data: welcome\n\n');
  });

  it('goes on with a connection', async () => {
    const urls = Array.from({ length: 5 }, () => urlOf('/'));
    const outputs = urls.flatMap(() => ['-o', '/dev/null']);
    const command = ['curl', '-sS', ...outputs, '-w', '%{num_connects}', ...urls];
    expect(await bed.client.succeed(command)).toBe('10000');
  });

  it('refuses what is sent on purpose', async () => {
    for (const [text, ...statuses] of HOSTILE) {
      expect(await bed.raw(text), JSON.stringify(text)).toEqual(statuses);
    }
    expect((await curl('/')).body).toBe(PAGE);
  });

  it('serves others while hundreds of connections say nothing', async () => {
    const hold = await Hold.start(bed.client, SERVER, { connections: 200, port: 80 });
    expect((await curl('/')).body).toBe(PAGE);
    await hold.stop();
    expect(bed.server.alive).toBe(true);
  });
});
