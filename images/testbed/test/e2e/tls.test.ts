import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from '@atoll/builder/image';
import type { Target as Build } from '@atoll/builder/target';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEach } from '../../src/each.ts';
import type { Host } from '../../src/lan.ts';
import { Lan } from '../../src/lan.ts';
import type { Running } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { Server } from '../../src/server.ts';
import { imagesOf } from '../../src/target/images.ts';
import { Authority, bootWords, derOf, type Issued, KEYS } from '../tls/authority.ts';

const SERVER = '10.0.0.2';
const CLIENT = '10.0.0.9';
const HOST = 'server.example';
const REQUEST = 'GET / HTTP/1.0\r\n\r\n';
const WITH_OPENSSL = '-tls1_3 -verify_return_error';

/** Our name, that of OpenSSL, that of GnuTLS. CCM is missing where a peer does not offer it unless asked. */
const SUITES = [
  ['TLS_AES_128_GCM_SHA256', 'AES-128-GCM'],
  ['TLS_AES_256_GCM_SHA384', 'AES-256-GCM'],
  ['TLS_CHACHA20_POLY1305_SHA256', 'CHACHA20-POLY1305'],
  ['TLS_AES_128_CCM_SHA256', 'AES-128-CCM'],
] as const;
const GROUPS = [
  ['x25519', 'X25519', 'GROUP-X25519'],
  ['secp256r1', 'P-256', 'GROUP-SECP256R1'],
  ['secp384r1', 'P-384', 'GROUP-SECP384R1'],
  ['secp521r1', 'P-521', 'GROUP-SECP521R1'],
] as const;

/** Each suite once, each group once: what two lists have at the same place belongs together. */
const PAIRS = SUITES.map((suite, index) => [suite, GROUPS[index]] as const);
const ALL_PAIRS = SUITES.flatMap((suite) => GROUPS.map((group) => [suite, group] as const));

const app = { name: 'tls-services', folder: join(import.meta.dirname, '../tls/appliance') };
const folder = mkdtempSync(join(tmpdir(), 'atoll-tls-images-'));
const BUILDS: readonly Build[] = ['node', 'unix', 'virtio', 'hvt', 'spt'];
if (!lacks('root', 'netns', 'tap', 'cc')) {
  for (const target of BUILDS) {
    const output = join(folder, `tls-services.${target === 'node' ? 'mjs' : target}`);
    await buildImage({ app, target, output });
  }
}
const { node, unix, microvm, ring, spt } = imagesOf('tls-services', folder);
afterAll(() => rmSync(folder, { recursive: true }));

onEach(
  [unix, node, microvm, ring, spt],
  ['openssl', 'gnutls-cli', 'gnutls-serv', 'curl'],
  (target) => {
    const isWhole = target === unix;
    let authority: Authority;
    let person: Issued;
    const issued = new Map<string, Issued>();
    let lan: Lan;
    let client: Host;
    let server: Server;
    beforeAll(async () => {
      authority = new Authority();
      person = authority.issue('client', 'person.example', 'P-256');
      for (const kind of Object.keys(KEYS) as (keyof typeof KEYS)[]) {
        issued.set(kind, authority.issue('server', HOST, kind));
      }
      lan = new Lan();
      client = lan.host('client', `${CLIENT}/24`);
      server = new Server(lan, target, { address: `${SERVER}/24`, port: 7 });
      await server.start(client, { words: serving('P-256'), memory: MEMORY });
    }, 60_000);
    afterAll(async () => {
      await server.stop();
      lan.remove();
      authority.close();
    });

    const own = `--ipv4=${SERVER}/24`;
    const serving = (kind: string) => [own, ...bootWords(issued.get(kind) as Issued)];
    const root = () => `--root=${derOf(authority.rootFile)}`;

    /** Starts the image once more, as a client; answers how it ended. */
    async function asClient(
      to: string,
      ...words: string[]
    ): Promise<{ status: number | undefined; console: string }> {
      const other = new Server(lan, target, { address: '10.0.0.3/24', port: 7 });
      return other.runToEnd({
        words: ['--ipv4=10.0.0.3/24', root(), `--connect=${to}`, ...words],
        memory: MEMORY,
      });
    }

    const openssl = (...options: string[]) =>
      client.run(
        [
          ...`openssl s_client -quiet -connect ${SERVER}:443 -servername ${HOST} ${WITH_OPENSSL}`.split(
            ' ',
          ),
          ...['-CAfile', authority.rootFile, '-verify_hostname', HOST, ...options],
        ],
        { input: REQUEST },
      );

    describe('as a server', () => {
      it('speaks each suite and group with OpenSSL', async () => {
        for (const [[suite], [ours, theirs]] of isWhole ? ALL_PAIRS : PAIRS) {
          const { stdout } = await openssl('-ciphersuites', suite, '-groups', theirs);
          expect(agreedIn(stdout)).toMatchObject({ suite, group: ours });
        }
      });

      it('speaks each suite and group with GnuTLS', async () => {
        for (const [[suite, cipher], [ours, , theirs]] of isWhole ? ALL_PAIRS : PAIRS) {
          const base = 'NONE:+VERS-TLS1.3:+AEAD:+SIGN-ALL:+CTYPE-X509:+COMP-NULL:+SHA256:+SHA384';
          const running = client.start(
            [
              ...['gnutls-cli', '--port', '443', '--x509cafile', authority.rootFile],
              ...['--sni-hostname', HOST, '--verify-hostname', HOST],
              ...['--priority', `${base}:+${cipher}:+${theirs}`, SERVER],
            ],
            { keepInput: true },
          );
          await running.says(/Handshake was completed/);
          running.feed(REQUEST);
          await running.says(/\n\{.*\}\n/);
          running.endInput();
          const { stdout } = await running.ended;
          expect(agreedIn(stdout)).toMatchObject({ suite, group: ours });
        }
      });

      it('serves curl, which resumes', async () => {
        const urls = [`https://${HOST}/`, `https://${HOST}/again`];
        const words = [
          '--silent',
          '--cacert',
          authority.rootFile,
          '--resolve',
          `${HOST}:443:${SERVER}`,
        ];
        const { stdout, stderr } = await client.run(['curl', ...words, ...urls]);
        expect([stderr, stdout.match(/"suite"/g)?.length]).toEqual(['', 2]);
        expect(stdout).toContain('"resumed":true');
      });

      it('echoes five megabytes as they were', async () => {
        const size = isWhole || target === node ? 5_000_000 : 500_000;
        const file = authority.write('bytes', 'Some bytes, and again.\n'.repeat(size / 23));
        const command = `(cat ${file}; sleep 1) | timeout 60 openssl s_client -quiet -no_ign_eof -nocommands \
        -connect ${SERVER}:1007 2>/dev/null | head -c ${23 * Math.floor(size / 23)} | cmp - ${file} && echo same`;
        const { stdout } = await client.run(['sh', '-c', command]);
        expect(stdout).toBe('same\n');
      });

      it('goes on after peers that speak something else, or go', async () => {
        for (const input of [
          'GET / HTTP/1.0\r\n\r\n',
          '\x16\x03\x01',
          '\x16\x03\x01\x40\x01',
          '',
        ]) {
          await client.run(['nc', '-w', '1', '-N', SERVER, '443'], { input });
        }
        const old = await openssl('-tls1_2', '-no_tls1_3').catch(() => undefined);
        expect(old?.stdout ?? '').not.toContain('suite');
        expect(agreedIn((await openssl()).stdout)).toMatchObject({ resumed: false });
      });
    });

    describe('as a client', () => {
      const started: Running[] = [];
      afterAll(async () => {
        for (const running of started) await running.stop();
      });

      async function peer(
        port: number,
        command: readonly string[],
        ready: RegExp,
      ): Promise<string> {
        const running = client.start(command, { keepInput: true });
        started.push(running);
        await running.says(ready);
        return `--port=${port}`;
      }

      function filesOf(kind: string): Issued {
        return issued.get(kind) as Issued;
      }

      it('speaks each suite and group with OpenSSL, and resumes', async () => {
        const { certificateFile, keyFile } = filesOf('P-256');
        const sets = ['-ciphersuites', SUITES.map(([suite]) => suite).join(':')];
        const groups = ['-groups', GROUPS.map(([, name]) => name).join(':')];
        const command = `openssl s_server -accept 4001 -www -tls1_3 -cert ${certificateFile} -key ${keyFile}`;
        const port = await peer(4001, [...command.split(' '), ...sets, ...groups], /ACCEPT/);
        for (const [[suite], [group]] of isWhole ? ALL_PAIRS : PAIRS) {
          const words = [port, `--suites=${suite}`, `--groups=${group}`, '--times=2'];
          const { status, console } = await asClient(CLIENT, ...words);
          expect(console).toContain(`agreed on ${suite} ${group} resumed=false`);
          expect(console).toContain(`agreed on ${suite} ${group} resumed=true`);
          expect(console).toContain('finished: HTTP/1.0 200 ok');
          expect(status).toBe(0);
        }
      });

      it.each(Object.keys(KEYS))('verifies a server with %s of GnuTLS', async (kind) => {
        const { certificateFile, keyFile } = filesOf(kind);
        const number = 4010 + Object.keys(KEYS).indexOf(kind);
        const command = `gnutls-serv --http --port ${number} --x509certfile ${certificateFile} --x509keyfile ${keyFile}`;
        const port = await peer(number, command.split(' '), /listening/);
        const { console } = await asClient(CLIENT, port);
        // It does not wait for our close_notify, but resets a connection on which that comes.
        expect(console).toMatch(/(finished|reset): HTTP\/1\.0 200 OK \r?\n/);
      });

      it('refuses a server with another name, and shows who it is', async () => {
        const { certificateFile, keyFile } = filesOf('P-256');
        const command = `openssl s_server -accept 4002 -www -tls1_3 -cert ${certificateFile} -key ${keyFile}`;
        const asking = ['-Verify', '1', '-verify_return_error', '-CAfile', authority.rootFile];
        const port = await peer(4002, [...command.split(' '), ...asking], /ACCEPT/);
        const stranger = await asClient(CLIENT, port, '--servername=other.example');
        expect(stranger.console).toContain('another name');
        expect(stranger.status).toBe(1);
        const known = await asClient(CLIENT, port, ...bootWords(person));
        expect(known.console).toContain('finished: HTTP/1.0 200 ok');
        expect(known.status).toBe(0);
      });

      it('speaks X25519MLKEM768 with ourselves', async () => {
        const { status, console } = await asClient(SERVER, '--groups=X25519MLKEM768', '--times=2');
        expect(console).toContain('X25519MLKEM768 resumed=true');
        expect(status).toBe(0);
      });
    });

    it('lets in those who show a certificate', async () => {
      await server.stop();
      const words = [...serving('P-384'), root(), '--clients=known'];
      await server.start(client, { words, memory: MEMORY });
      const files = ['-cert', person.certificateFile, '-key', person.keyFile];
      expect(agreedIn((await openssl(...files)).stdout)).toMatchObject({ resumed: false });
      expect((await openssl()).stderr).toContain('certificate required');
      expect(server.console).toContain('failed: the client has no certificate (peer)');
    });

    it.each(Object.keys(KEYS))('has a key of the kind %s', async (kind) => {
      await server.stop();
      await server.start(client, { words: serving(kind), memory: MEMORY });
      expect(agreedIn((await openssl()).stdout)).toMatchObject({ resumed: false });
    });
  },
);

const MEMORY = 32;

/** What the page says. */
function agreedIn(text: string): unknown {
  const found = /^\{.*\}$/m.exec(text);
  return found === null ? text : JSON.parse(found[0]);
}
