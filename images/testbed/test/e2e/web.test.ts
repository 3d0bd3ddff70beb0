import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from '@atoll/builder/image';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Hold } from '../../src/client/hold.ts';
import { onEach } from '../../src/each.ts';
import type { Host } from '../../src/lan.ts';
import { Lan } from '../../src/lan.ts';
import { lacks } from '../../src/requirements.ts';
import { Server } from '../../src/server.ts';
import { imagesOf } from '../../src/target/images.ts';

const SERVER = '10.0.0.2';
const URL_OF = (path: string) => `http://${SERVER}${path}`;

const app = { name: 'web', folder: join(import.meta.dirname, '../web') };
const page = readFileSync(join(app.folder, 'pages/index.html'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'atoll-web-images-'));
if (!lacks('root', 'netns', 'tap', 'cc')) {
  for (const target of ['node', 'unix'] as const) {
    const output = join(folder, `web.${target === 'node' ? 'mjs' : target}`);
    await buildImage({ app, target, output });
  }
}
const { node, unix } = imagesOf('web', folder);
afterAll(() => rmSync(folder, { recursive: true }));

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

onEach([node, unix], ['curl', 'nc'], (target) => {
  let lan: Lan;
  let client: Host;
  let server: Server;
  beforeAll(async () => {
    lan = new Lan();
    client = lan.host('client', '10.0.0.9/24');
    server = new Server(lan, target, { address: `${SERVER}/24` });
    const program = server.launch({ memory: 32 });
    await program.says(/ready: /, 20_000);
  });
  afterAll(async () => {
    await server.stop();
    lan.remove();
  });

  /** What curl writes, and what it says about the exchange. */
  async function curl(path: string, ...words: string[]): Promise<{ body: string; said: string }> {
    const said = '%{stderr}%{http_code} %header{etag}|%header{allow}|%header{content-range}';
    const command = ['curl', '-sS', '-w', said, ...words, URL_OF(path)];
    const { status, stdout, stderr } = await client.run(command);
    if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
    return { body: stdout, said: stderr };
  }

  /** The status lines that come back for `text`, sent as it is. */
  async function raw(text: string): Promise<string[]> {
    const { stdout } = await client.run(['nc', '-N', '-w', '5', SERVER, '80'], { input: text });
    return stdout.match(/^HTTP\/1\.1 \d+/gm)?.map((line) => line.slice(9)) ?? [];
  }

  it('serves a page, plain and compressed', async () => {
    expect((await curl('/')).body).toBe(page);
    expect((await curl('/', '--compressed')).body).toBe(page);
    const { body } = await curl('/', '-H', 'Accept-Encoding: br');
    expect(body.length).toBeLessThan(page.length / 2);
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
      page.slice(10, 20),
      expect.stringMatching(new RegExp(`^206 .*bytes 10-19/${page.length}`)),
    ]);
    expect((await curl('/', '-r', '-5')).body).toBe(page.slice(-5));
    expect((await curl('/', '-r', '0-1,4-5')).body).toContain(`content-range: bytes 4-5/`);
    expect((await curl('/', '-r', '9999-')).said).toMatch(/^416 /);
    expect((await curl('/', '-r', '0-1', '-H', 'If-Range: "x"')).body).toBe(page);
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
    const file = join(lan.folder, 'upload');
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
    const events = ['curl', '-sN', '--max-time', '1', URL_OF('/events')];
    expect((await client.run(events)).stdout).toBe('data: welcome\n\n');
  });

  it('goes on with a connection', async () => {
    const urls = Array.from({ length: 5 }, () => URL_OF('/'));
    const outputs = urls.flatMap(() => ['-o', '/dev/null']);
    const command = ['curl', '-sS', ...outputs, '-w', '%{num_connects}', ...urls];
    expect(await client.succeed(command)).toBe('10000');
  });

  it('refuses what is sent on purpose', async () => {
    for (const [text, ...statuses] of HOSTILE) {
      expect(await raw(text), JSON.stringify(text)).toEqual(statuses);
    }
    expect((await curl('/')).body).toBe(page);
  });

  it('serves others while hundreds of connections say nothing', async () => {
    const hold = await Hold.start(client, SERVER, { connections: 200, port: 80 });
    expect((await curl('/')).body).toBe(page);
    await hold.stop();
    expect(server.alive).toBe(true);
  });
});
