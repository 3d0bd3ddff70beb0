import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from '@atoll/builder/image';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEach } from '../../src/each.ts';
import type { Host } from '../../src/lan.ts';
import { Lan } from '../../src/lan.ts';
import { lacks } from '../../src/requirements.ts';
import { Server } from '../../src/server.ts';
import { imagesOf } from '../../src/target/images.ts';
import { Authority, bootWords } from '../tls/authority.ts';

const SERVER = '10.0.0.2';
const HOST = 'server.example';
const URL_OF = (path: string) => `https://${HOST}${path}`;

const app = { name: 'web', folder: join(import.meta.dirname, '../web') };
const page = readFileSync(join(app.folder, 'pages/index.html'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'atoll-http2-images-'));
if (!lacks('root', 'netns', 'tap', 'cc')) {
  for (const target of ['node', 'unix'] as const) {
    const output = join(folder, `web.${target === 'node' ? 'mjs' : target}`);
    await buildImage({ app, target, output });
  }
}
const { node, unix } = imagesOf('web', folder);
afterAll(() => rmSync(folder, { recursive: true }));

onEach([node, unix], ['curl', 'nghttp', 'h2load', 'openssl'], (target) => {
  let authority: Authority;
  let lan: Lan;
  let client: Host;
  let server: Server;
  beforeAll(async () => {
    authority = new Authority();
    lan = new Lan();
    client = lan.host('client', '10.0.0.9/24');
    server = new Server(lan, target, { address: `${SERVER}/24` });
    const own = bootWords(authority.issue('server', HOST, 'P-256'));
    const words = [`--ipv4=${SERVER}/24`, ...own];
    await server.launch({ memory: 32, words }).says(/ready: /, 20_000);
  });
  afterAll(async () => {
    await server.stop();
    lan.remove();
    authority.close();
  });

  /** What curl writes of `path` by the version it is told. */
  async function curl(path: string, ...words: string[]): Promise<{ body: string; said: string }> {
    const trust = ['--cacert', authority.rootFile, '--resolve', `${HOST}:443:${SERVER}`];
    const said = '%{stderr}%{http_version} %{http_code}';
    const command = ['curl', '-sS', ...trust, '-w', said, ...words, URL_OF(path)];
    const { status, stdout, stderr } = await client.run(command);
    if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
    return { body: stdout, said: stderr };
  }

  it('speaks both versions on one port', async () => {
    expect(await curl('/', '--http2')).toEqual({ body: page, said: '2 200' });
    expect(await curl('/', '--http1.1')).toEqual({ body: page, said: '1.1 200' });
    expect(await curl('/', '--no-alpn')).toEqual({ body: page, said: '1.1 200' });
  });

  it('serves what HTTP/1.1 serves', async () => {
    expect((await curl('/', '--compressed')).body).toBe(page);
    expect(await curl('/', '-r', '10-19')).toEqual({ body: page.slice(10, 20), said: '2 206' });
    expect((await curl('/', '-I')).said).toBe('2 200');
    expect((await curl('/nothing')).said).toBe('2 404');
    expect((await curl('/', '-X', 'DELETE')).said).toBe('2 405');
    expect((await curl('/bytes/1000000')).body.length).toBe(1_000_000);
    expect((await curl('/chunks/20000')).body.split('\n').length).toBe(20_001);
  });

  it('takes bodies', async () => {
    const file = join(lan.folder, 'upload');
    const text = Array.from({ length: 90_000 }, (_, at) => `${at}\n`).join('');
    writeFileSync(file, text);
    expect((await curl('/echo', '--data-binary', `@${file}`)).body === text).toBe(true);
    expect((await curl('/echo', '-T', file)).body === text).toBe(true);
    expect((await curl('/echo', '-T', file, '-H', 'Expect: 100-continue')).body === text).toBe(
      true,
    );
    const form = await curl('/form', '-F', 'a=b', '-F', `file=@${file};type=text/plain`);
    expect(form.body).toBe(`a  1\nfile upload ${text.length}\n`);
    const large = await curl('/nothing', '--data-binary', `@${file}`);
    expect(large.said).toBe('2 404');
  });

  it('serves many at a time on one connection', async () => {
    const urls = Array.from({ length: 40 }, (_, at) => URL_OF(`/bytes/${1000 * at}`));
    const outputs = urls.flatMap((_, at) => ['-o', join(lan.folder, `part-${at}`)]);
    const options = ['--parallel', '--parallel-max', '40', '-w', '%{http_version} '];
    const trust = ['--cacert', authority.rootFile, '--resolve', `${HOST}:443:${SERVER}`];
    const said = await client.succeed(['curl', '-sS', ...trust, ...options, ...outputs, ...urls]);
    expect(said.trim().split(' ')).toEqual(urls.map(() => '2'));
    const sizes = urls.map((_, at) => readFileSync(join(lan.folder, `part-${at}`)).length);
    expect(sizes).toEqual(urls.map((_, at) => 1000 * at));
  });

  it('serves nghttp', async () => {
    const command = ['nghttp', '-v', '-n', '--no-verify-peer', `https://${SERVER}/`];
    const said = await client.succeed([...command, `https://${SERVER}/bytes/100000`]);
    expect(said).toContain('The negotiated protocol: h2');
    expect(said.match(/:status: 200/g)).toHaveLength(2);
    const upload = ['-d', join(lan.folder, 'upload'), '--trailer', 'x-sum: 1', '--expect-continue'];
    const echoed = await client.succeed([
      ...['nghttp', '-v', '-n', '--no-verify-peer', ...upload],
      `https://${SERVER}/echo`,
    ]);
    expect(echoed).toMatch(/:status: 100.*:status: 200/s);
  });

  it('serves h2load', async () => {
    const said = await client.succeed([
      ...['h2load', '-n', '2000', '-c', '5', '-m', '20', '-w', '14', `https://${SERVER}/`],
    ]);
    expect(said).toContain('2000 succeeded, 0 failed, 0 errored, 0 timeout');
  });
});
