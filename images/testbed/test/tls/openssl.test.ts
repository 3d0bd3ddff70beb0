import { existsSync } from 'node:fs';
import { ALERT } from '@atoll/tls/alert';
import type { ClientConfig } from '@atoll/tls/client/config';
import type { ServerConfig } from '@atoll/tls/server/config';
import { ReplayGuard } from '@atoll/tls/server/early';
import { TicketKeys } from '@atoll/tls/server/ticket';
import { x509Signers, x509Verifier } from '@atoll/tls/x509';
import { privateProfile } from '@atoll/x509/profile';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../src/poll.ts';
import { Running, run } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { GROUPS, SIGNATURES, SUITES } from './algorithms.ts';
import { Authority, type Issued, KEYS } from './authority.ts';
import { connectTo, Echo } from './endpoint.ts';

const HOST = 'server.example';
/** OpenSSL does not offer CCM unless it is asked to. */
const ALL_SUITES = SUITES.map(({ name }) => name).join(':');
const ALL_GROUPS = 'X25519:P-256:P-384';

describe.skipIf(lacks('openssl'))('with OpenSSL', () => {
  let authority: Authority;
  let client: ClientConfig;
  let person: Issued;
  const servers = new Map<string, Issued>();

  beforeAll(() => {
    authority = new Authority();
    const roots = [authority.root];
    const verifier = x509Verifier({ profile: privateProfile, roots, signatures: SIGNATURES });
    client = { suites: SUITES, groups: GROUPS, verifier };
    person = authority.issue('client', 'person.example', 'P-256');
    for (const kind of Object.keys(KEYS) as (keyof typeof KEYS)[]) {
      servers.set(kind, authority.issue('server', HOST, kind));
    }
  }, 60_000);
  afterAll(() => authority.close());

  describe('as the server', () => {
    const started: Running[] = [];
    afterEach(async () => {
      for (const running of started.splice(0)) await running.stop();
    });

    async function serve(
      kind: string,
      ...options: string[]
    ): Promise<{ running: Running; port: number }> {
      const { certificateFile, keyFile } = issued(kind);
      const files = ['-cert', certificateFile, '-key', keyFile, '-CAfile', authority.rootFile];
      const sets = ['-ciphersuites', ALL_SUITES, '-groups', ALL_GROUPS];
      const accept = ['-accept', '127.0.0.1:0', '-tls1_3'];
      // It does not reverse what came with early data.
      if (!options.includes('-early_data')) accept.push('-rev');
      const command = ['openssl', 's_server', ...accept, ...sets, ...files, ...options];
      const running = new Running(command, { keepInput: true });
      started.push(running);
      const [, port] = await running.says(/ACCEPT 127\.0\.0\.1:(\d+)/);
      return { running, port: Number(port) };
    }

    it('each suite, each group', async () => {
      const { port } = await serve('P-256');
      for (const suite of SUITES) {
        for (const group of GROUPS) {
          const config = { ...client, suites: [suite], groups: [group] };
          const end = connectTo(port, config, { serverName: HOST });
          const { connected } = await end.told('connected');
          expect(connected).toMatchObject({ suite: suite.name, group: group.kem.name });
          end.send('live\n');
          await end.hears('evil');
          end.close();
          await end.over();
        }
      }
    });

    it.each(Object.keys(KEYS))('a certificate with %s', async (kind) => {
      const { port } = await serve(kind);
      const end = connectTo(port, client, { serverName: HOST });
      await end.told('connected');
      end.close();
      const other = connectTo(port, client, { serverName: 'other.example' });
      await expect(other.told('connected')).rejects.toThrow('another name');
    });

    it('asks again for another group, resumes, and agrees on a protocol', async () => {
      const { port } = await serve('P-256', '-groups', 'P-384', '-alpn', 'one,two');
      const config = { ...client, protocols: ['two'] };
      const first = connectTo(port, config, { serverName: HOST });
      const { connected } = await first.told('connected');
      expect(connected).toMatchObject({ group: 'secp384r1', protocol: 'two', resumed: false });
      const { session } = await first.told('session');
      first.close();
      const second = connectTo(port, config, { serverName: HOST, session });
      expect((await second.told('connected')).connected.resumed).toBe(true);
      second.send('live\n');
      await second.hears('evil');
      second.write(second.connection.updateKeys(true));
      second.send('star\n');
      await second.hears('rats');
      second.close();
    });

    it('takes our early data', async () => {
      const { running, port } = await serve('P-256', '-early_data');
      const first = connectTo(port, client, { serverName: HOST });
      const { session } = await first.told('session');
      first.close();
      const earlyData = Buffer.from('soon\n');
      const second = connectTo(port, client, { serverName: HOST, session, earlyData });
      const { connected } = await second.told('connected');
      expect(connected).toMatchObject({ resumed: true, earlyData: true });
      await running.says(/Early data received/);
      await running.says(/soon/);
      second.send('later\n');
      await running.says(/later/);
      running.feed('answer\n');
      await second.hears('answer');
      second.close();
    });

    it('asks who we are', async () => {
      const { port } = await serve('P-256', '-Verify', '1', '-verify_return_error');
      const signers = x509Signers(person.key, SIGNATURES);
      const credentials = { chain: [person.certificate], signers };
      const end = connectTo(port, { ...client, credentials }, { serverName: HOST });
      await end.told('connected');
      end.send('live\n');
      await end.hears('evil');
      end.close();
      const nobody = connectTo(port, client, { serverName: HOST });
      await nobody.over();
      expect(nobody.failure).toMatchObject({ blame: 'alert', reason: /certificate_required/ });
    });
  });

  describe('as the client', () => {
    function config(kind: string): ServerConfig {
      const { certificate, key } = issued(kind);
      const credentials = { chain: [certificate], signers: x509Signers(key, SIGNATURES) };
      return {
        suites: SUITES,
        groups: GROUPS,
        credentials: (name) => (name === HOST ? [credentials] : []),
        tickets: new TicketKeys(SUITES[1].aead),
      };
    }

    function command(port: number, ...options: string[]): string[] {
      const verify = ['-CAfile', authority.rootFile, '-verify_return_error'];
      const name = ['-servername', HOST, '-verify_hostname', HOST];
      const connect = ['-connect', `127.0.0.1:${port}`, '-tls1_3'];
      return ['openssl', 's_client', ...connect, ...verify, ...name, ...options];
    }

    async function withEcho(
      config: ServerConfig,
      body: (port: number, echo: Echo) => Promise<void>,
    ): Promise<void> {
      const echo = new Echo(config);
      try {
        await body(await echo.listen(), echo);
      } finally {
        echo.close();
      }
    }

    it('each suite, each group', async () => {
      await withEcho(config('P-256'), async (port, echo) => {
        for (const suite of SUITES) {
          for (const group of ALL_GROUPS.split(':')) {
            const sets = ['-ciphersuites', suite.name, '-groups', group];
            const running = new Running(command(port, ...sets), { keepInput: true });
            await running.says(/Verify return code: 0/);
            running.feed('through\n');
            await running.says(/\nthrough/);
            running.feed('Q\n');
            expect((await running.ended).status).toBe(0);
            const [{ connected }] = [await echo.ends[echo.ends.length - 1].told('connected')];
            expect(connected).toMatchObject({ suite: suite.name, serverName: HOST });
          }
        }
      });
    });

    it.each(Object.keys(KEYS))('a certificate with %s', async (kind) => {
      await withEcho(config(kind), async (port) => {
        const { stdout } = await run(command(port), { input: 'Q\n' });
        expect(stdout).toContain('Verify return code: 0 (ok)');
      });
    });

    it('has its hello refused for a group, updates keys, and exports the same', async () => {
      await withEcho({ ...config('P-256'), groups: [GROUPS[2]] }, async (port, echo) => {
        const more = ['-keymatexport', 'EXPORTER-test', '-keymatexportlen', '20'];
        const running = new Running(command(port, ...more), { keepInput: true });
        const [, material] = await running.says(/Keying material: ([0-9A-F]{40})/);
        const { connection } = echo.ends[0];
        const ours = connection.exportKeyingMaterial('EXPORTER-test', new Uint8Array(0), 20);
        expect(Buffer.from(ours).toString('hex').toUpperCase()).toBe(material);
        running.feed('before\n');
        await running.says(/\nbefore/);
        running.feed('K\n');
        await running.says(/KEYUPDATE/);
        running.feed('after\n');
        await running.says(/\nafter/);
        running.feed('Q\n');
        await running.ended;
        expect(echo.ends[0].failure).toBe(undefined);
        expect(connection.isReadClosed).toBe(true);
      });
    });

    it('resumes', async () => {
      await withEcho(config('P-256'), async (port, echo) => {
        const file = authority.rootFile.replace('1.pem', 'session.pem');
        const first = new Running(command(port, '-sess_out', file), { keepInput: true });
        // It says that only when it ends; the file is there at once.
        expect(await eventually(() => existsSync(file))).toBe(true);
        first.feed('Q\n');
        await first.ended;
        const { stdout } = await run(command(port, '-sess_in', file), { input: 'Q\n' });
        expect(stdout).toContain('Reused, TLSv1.3');
        expect((await echo.ends[1].told('connected')).connected.resumed).toBe(true);
      });
    });

    it('sends early data', async () => {
      const earlyData = { most: 100, guard: new ReplayGuard() };
      await withEcho({ ...config('P-256'), earlyData }, async (port, echo) => {
        const file = authority.rootFile.replace('1.pem', 'early.pem');
        const first = new Running(command(port, '-sess_out', file), { keepInput: true });
        expect(await eventually(() => existsSync(file))).toBe(true);
        first.feed('Q\n');
        await first.ended;
        const words = authority.write('early.txt', 'soon');
        const early = ['-sess_in', file, '-early_data', words];
        const { stdout } = await run(command(port, ...early), { input: 'Q\n' });
        expect(stdout).toContain('Early data was accepted');
        expect(echo.ends[1].early).toBe('soon');
        const { connected } = await echo.ends[1].told('connected');
        expect(connected).toMatchObject({ resumed: true, earlyData: true });
      });
    });

    it('shows who it is', async () => {
      const clients = { verifier: client.verifier, required: true };
      await withEcho({ ...config('P-256'), clients }, async (port, echo) => {
        const files = ['-cert', person.certificateFile, '-key', person.keyFile];
        await run(command(port, ...files), { input: 'Q\n' });
        const { connected } = await echo.ends[0].told('connected');
        // OpenSSL sends the root, too.
        expect(connected.peerChain[0]).toEqual(person.certificate);
        // A certificate of a server is none of a client.
        const wrong = issued('P-256');
        const role = ['-cert', wrong.certificateFile, '-key', wrong.keyFile];
        await run(command(port, ...role), { input: 'Q\n' });
        await echo.ends[1].over();
        expect(echo.ends[1].connection.isConnected).toBe(false);
        expect(echo.ends[1].failure?.alert).toBe(ALERT.UNSUPPORTED_CERTIFICATE);
      });
    });

    it('is refused with TLS 1.2', async () => {
      await withEcho(config('P-256'), async (port) => {
        const old = ['openssl', 's_client', '-connect', `127.0.0.1:${port}`, '-tls1_2'];
        expect((await run(old, { input: 'Q\n' })).stderr).toContain('protocol version');
      });
    });
  });

  function issued(kind: string): Issued {
    const found = servers.get(kind);
    if (found === undefined) throw new Error(`no certificate with ${kind}`);
    return found;
  }
});
