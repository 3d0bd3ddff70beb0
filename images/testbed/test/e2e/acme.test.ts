import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage } from '@atoll/builder/image';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { onEach } from '../../src/each.ts';
import type { Host } from '../../src/lan.ts';
import { Lan } from '../../src/lan.ts';
import { Pebble } from '../../src/pebble.ts';
import { eventually } from '../../src/poll.ts';
import { run, succeed } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { Server } from '../../src/server.ts';
import { imagesOf } from '../../src/target/images.ts';

const SERVER = '10.0.0.2';
const ATOLL = fileURLToPath(new URL('../../../builder/bin/atoll.mjs', import.meta.url));
const NAMES = ['www.example.org', 'example.org'];

const app = { name: 'certified', folder: join(import.meta.dirname, '../acme') };
const folder = mkdtempSync(join(tmpdir(), 'atoll-acme-images-'));
if (!lacks('root', 'netns', 'tap', 'cc', 'pebble')) {
  for (const target of ['node', 'unix'] as const) {
    const output = join(folder, `certified.${target === 'node' ? 'mjs' : target}`);
    await buildImage({ app, target, output });
  }
}
const { node, unix } = imagesOf('certified', folder);
afterAll(() => rmSync(folder, { recursive: true }));

onEach([node, unix], ['curl', 'openssl', 'pebble'], (target) => {
  const disks = new Map<string, string>();
  let lan: Lan;
  let client: Host;
  let server: Server;
  let pebble: Pebble;
  let root: string;
  beforeAll(async () => {
    lan = new Lan();
    client = lan.host('client', '10.0.0.9/24');
    // The shortest after which a client asks again: two thirds are a minute.
    pebble = await Pebble.start(lan, '10.0.0.3/24', { names: SERVER, lifetime: 90 });
    root = await pebble.rootFile();
    server = new Server(lan, target, { address: `${SERVER}/24`, disks });
  });
  afterAll(async () => {
    await pebble?.stop();
    lan.remove();
  });
  afterEach(() => server.stop());

  /** Starts it with an empty disk. */
  async function start(challenge: string, ...more: string[]) {
    const disk = join(lan.folder, `disk-${challenge}`);
    await succeed([
      process.execPath,
      ATOLL,
      'disk',
      'create',
      disk,
      '--owner=certified',
      '--size=2M',
    ]);
    disks.set('storage', disk);
    return launch(challenge, ...more);
  }

  function launch(challenge: string, ...more: string[]) {
    const names = NAMES.map((name) => `--acme-name=${name}`);
    const own = [`--ipv4=${SERVER}/24`, '--ipv6=none', '--acme-contact=mailto:admin@example.org'];
    const words = [...own, ...pebble.words, ...names, `--acme-challenge=${challenge}`, ...more];
    return server.launch({ words, memory: 32 });
  }

  const page = (url: string) => {
    const { host } = new URL(url);
    const port = url.startsWith('https') ? 443 : 80;
    const known = ['--resolve', `${host}:${port}:${SERVER}`, '--cacert', root];
    return run(client.inside(['curl', '-sS', ...known, url]));
  };

  /** The serial number of the certificate that is shown. */
  async function serial(): Promise<string> {
    const ask = `openssl s_client -connect ${SERVER}:443 -servername ${NAMES[0]} </dev/null 2>/dev/null`;
    return client.succeed(['sh', '-c', `${ask} | openssl x509 -noout -serial`]);
  }

  it('gets a certificate by http-01, and has it after it was killed', async () => {
    const program = await start('http-01');
    await program.says(/certificate for www\.example\.org, example\.org until /, 60_000);
    for (const name of NAMES) {
      expect(await page(`https://${name}/`)).toMatchObject({ stdout: 'by https\n', status: 0 });
    }
    const first = await serial();
    const { issued } = pebble;
    expect(issued).toBeGreaterThan(0);
    await server.kill();
    await launch('http-01').says(/certificate for /);
    expect(await serial()).toBe(first);
    expect((await page(`https://${NAMES[0]}/`)).stdout).toBe('by https\n');
    expect(pebble.issued).toBe(issued);
    const stranger = await page(`http://${NAMES[0]}/.well-known/acme-challenge/x`);
    expect(stranger.stdout).toBe('');
    expect(await page(`http://${NAMES[0]}/`)).toMatchObject({ stdout: 'by http\n' });
  });

  it('gets a certificate by dns-01, for a wildcard as well', async () => {
    const zone = `--zone=${pebble.zone}`;
    const program = await start('dns-01', zone, '--acme-name=*.example.org');
    await program.says(/certificate for .*\*\.example\.org until /, 60_000);
    expect(await page('https://any.example.org/')).toMatchObject({ stdout: 'by https\n' });
  });

  it('gets a certificate by tls-alpn-01, and the next one while connections go on', async () => {
    const program = await start('tls-alpn-01');
    await program.says(/certificate for /, 60_000);
    const first = await serial();
    expect((await page(`https://${NAMES[0]}/`)).stdout).toBe('by https\n');
    const words = ['-connect', `${SERVER}:443`, '-servername', NAMES[0], '-quiet'];
    const held = client.start(['openssl', 's_client', ...words], { keepInput: true });
    const request = `GET / HTTP/1.1\r\nHost: ${NAMES[0]}\r\n\r\n`;
    held.feed(request);
    await held.says(/by https/);
    for (let at = 0; at < 2; at++) {
      // A server ends what is silent for a minute.
      await new Promise((resolve) => setTimeout(resolve, 25_000));
      held.feed(request);
    }
    const next = await eventually(async () => {
      const now = await serial();
      return now !== first && now;
    }, 60_000);
    expect(next).toMatch(/^serial=/);
    held.feed(request);
    await held.says(/(by https\s[\s\S]*){4}/);
    await held.stop();
    expect((await page(`https://${NAMES[0]}/`)).stdout).toBe('by https\n');
    expect(program.output.match(/certificate for/g)).toHaveLength(2);
  });
});
