import { existsSync } from 'node:fs';
import { aesCcm } from '@atoll/primitives/reference/aes-ccm';
import { aes128Gcm, aes256Gcm } from '@atoll/primitives/reference/aes-gcm';
import { chacha20Poly1305 } from '@atoll/primitives/reference/chacha20-poly1305';
import { p384 } from '@atoll/primitives/reference/nist';
import { sha256, sha384 } from '@atoll/primitives/reference/sha2';
import { ALERT } from '@atoll/tls/alert';
import type { ClientConfig } from '@atoll/tls/client/config';
import type { ServerConfig } from '@atoll/tls/server/config';
import { TicketKeys } from '@atoll/tls/server/ticket';
import { tls12Client } from '@atoll/tls/tls12/client';
import { tls12Server } from '@atoll/tls/tls12/server';
import { ecdheSuite } from '@atoll/tls/tls12/suite';
import { x509Signers, x509Verifier } from '@atoll/tls/x509';
import { privateProfile } from '@atoll/x509/profile';
import { ecdsaSignature } from '@atoll/x509/signature';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../src/poll.ts';
import { Running, run } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { GROUPS, SIGNATURES, SUITES } from './algorithms.ts';
import { Authority, type Issued, KEYS } from './authority.ts';
import { connectTo, Echo } from './endpoint.ts';

const HOST = 'server.example';

/** As OpenSSL calls them, and whether there is one for RSA. */
const SUITES12 = [
  { name: 'AES128-GCM-SHA256', suite: ecdheSuite(aes128Gcm, sha256) },
  { name: 'AES256-GCM-SHA384', suite: ecdheSuite(aes256Gcm, sha384) },
  { name: 'CHACHA20-POLY1305', suite: ecdheSuite(chacha20Poly1305, sha256) },
  { name: 'AES128-CCM', suite: ecdheSuite(aesCcm(16, 16), sha256) },
  { name: 'AES256-CCM', suite: ecdheSuite(aesCcm(32, 16), sha256) },
];
const ALL12 = SUITES12.map(({ suite }) => suite);
const ALL_NAMES = SUITES12.flatMap(({ name }) => [`ECDHE-ECDSA-${name}`, `ECDHE-RSA-${name}`])
  .filter((name) => !/RSA-AES.*CCM/.test(name) || name.includes('ECDSA'))
  .join(':');

/** With P-384 and SHA-256, because in TLS 1.2 a scheme does not name the curve. */
const SIGNATURES12 = [...SIGNATURES, ecdsaSignature(p384, sha256)];

describe.skipIf(lacks('openssl'))('TLS 1.2 with OpenSSL', () => {
  let authority: Authority;
  let client: ClientConfig;
  const servers = new Map<string, Issued>();

  beforeAll(() => {
    authority = new Authority();
    const roots = [authority.root];
    const verifier = x509Verifier({ profile: privateProfile, roots, signatures: SIGNATURES12 });
    client = { suites: SUITES, tls12: tls12Client(ALL12), groups: GROUPS, verifier };
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
      const accept = ['-accept', '127.0.0.1:0', '-tls1_2', '-rev', '-cipher', ALL_NAMES];
      const command = ['openssl', 's_server', ...accept, ...files, ...options];
      const running = new Running(command, { keepInput: true });
      started.push(running);
      const [, port] = await running.says(/ACCEPT 127\.0\.0\.1:(\d+)/);
      return { running, port: Number(port) };
    }

    it.each(['P-256', 'RSA'])('each suite, each group, with %s', async (kind) => {
      const { port } = await serve(kind);
      for (const { name, suite } of SUITES12) {
        if (kind === 'RSA' && name.includes('CCM')) continue;
        for (const group of GROUPS) {
          const config = { ...client, tls12: tls12Client([suite]), groups: [group, GROUPS[1]] };
          const end = connectTo(port, config, { serverName: HOST });
          const { connected } = await end.told('connected');
          expect(connected).toMatchObject({ version: 'TLS 1.2', group: group.kem.name });
          expect(connected.suite).toContain(kind === 'RSA' ? 'ECDHE_RSA' : 'ECDHE_ECDSA');
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

    it('that signs with PKCS #1 v1.5 only', async () => {
      const { port } = await serve('RSA', '-sigalgs', 'RSA+SHA256');
      const end = connectTo(port, client, { serverName: HOST });
      expect((await end.told('connected')).connected.version).toBe('TLS 1.2');
      end.close();
    });

    it('resumes with its ticket, and agrees on a protocol', async () => {
      const { port } = await serve('P-256', '-alpn', 'one,two');
      const config = { ...client, protocols: ['two'] };
      const first = connectTo(port, config, { serverName: HOST });
      const { connected } = await first.told('connected');
      expect(connected).toMatchObject({ protocol: 'two', resumed: false });
      const { session } = await first.told('session');
      first.close();
      const second = connectTo(port, config, { serverName: HOST, session });
      expect((await second.told('connected')).connected).toMatchObject({
        version: 'TLS 1.2',
        resumed: true,
        protocol: 'two',
      });
      second.send('live\n');
      await second.hears('evil');
      second.close();
    });

    it('asks who we are', async () => {
      const { port } = await serve('P-256', '-Verify', '1', '-verify_return_error');
      for (const kind of ['P-256', 'P-384', 'Ed25519', 'RSA'] as const) {
        const { certificate, key } = authority.issue('client', 'person.example', kind);
        const credentials = { chain: [certificate], signers: x509Signers(key, SIGNATURES12) };
        const end = connectTo(port, { ...client, credentials }, { serverName: HOST });
        await end.told('connected');
        end.send('live\n');
        await end.hears('evil');
        end.close();
      }
      const nobody = connectTo(port, client, { serverName: HOST });
      await nobody.over();
      expect(nobody.failure).toMatchObject({ blame: 'alert', alert: ALERT.HANDSHAKE_FAILURE });
    });

    it('wants a second handshake, in vain', async () => {
      // With -rev it would not read what is typed.
      const { certificateFile, keyFile } = issued('P-256');
      const files = ['-cert', certificateFile, '-key', keyFile];
      const accept = ['openssl', 's_server', '-accept', '127.0.0.1:0', '-tls1_2'];
      const running = new Running([...accept, ...files], { keepInput: true });
      started.push(running);
      const [, port] = await running.says(/ACCEPT 127\.0\.0\.1:(\d+)/);
      const end = connectTo(Number(port), client, { serverName: HOST });
      await end.told('connected');
      running.feed('r\n');
      await running.says(/no renegotiation/);
      // It gives up; we would not.
      await end.over();
      expect(end.failure).toMatchObject({ blame: 'alert', alert: ALERT.HANDSHAKE_FAILURE });
    });

    it('knows no extended_master_secret, and is refused', async () => {
      const { certificateFile, keyFile } = issued('P-256');
      const files = ['-cert', certificateFile, '-key', keyFile];
      const accept = ['openssl', 's_server', '-accept', '127.0.0.1:0', '-tls1_2'];
      const running = new Running([...withoutMasterSecret(), ...accept, ...files], {
        keepInput: true,
      });
      started.push(running);
      const [, port] = await running.says(/ACCEPT 127\.0\.0\.1:(\d+)/);
      const end = connectTo(Number(port), client, { serverName: HOST });
      await end.over();
      expect(end.failure).toMatchObject({ blame: 'peer', alert: ALERT.HANDSHAKE_FAILURE });
    });
  });

  describe('as the client', () => {
    function config(kind: string): ServerConfig {
      const { certificate, key } = issued(kind);
      const credentials = { chain: [certificate], signers: x509Signers(key, SIGNATURES12) };
      return {
        suites: SUITES,
        tls12: tls12Server(ALL12),
        groups: GROUPS,
        credentials: (name) => (name === HOST ? [credentials] : []),
        tickets: new TicketKeys(SUITES[1].aead),
      };
    }

    function command(port: number, ...options: string[]): string[] {
      const verify = ['-CAfile', authority.rootFile, '-verify_return_error'];
      const name = ['-servername', HOST, '-verify_hostname', HOST];
      const connect = ['-connect', `127.0.0.1:${port}`, '-tls1_2'];
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

    describe.each(['P-256', 'RSA'])('each suite with %s', (kind) => {
      it.each(GROUPS.map(({ kem }) => kem.name))('and group %s', async (name) => {
        const groups = GROUPS.filter(({ kem }) => kem.name === name);
        await withEcho({ ...config(kind), groups }, async (port, echo) => {
          for (const suite of SUITES12) {
            if (kind === 'RSA' && suite.name.includes('CCM')) continue;
            const cipher = `ECDHE-${kind === 'RSA' ? 'RSA' : 'ECDSA'}-${suite.name}`;
            const running = new Running(command(port, '-cipher', cipher), { keepInput: true });
            await running.says(/Extended master secret: yes/);
            running.feed('through\n');
            await running.says(/\nthrough/);
            running.feed('Q\n');
            const { status, stdout } = await running.ended;
            expect(status).toBe(0);
            expect(stdout).toContain('Verify return code: 0 (ok)');
            expect(stdout).toContain('Secure Renegotiation IS supported');
            const { connected } = await echo.ends[echo.ends.length - 1].told('connected');
            expect(connected).toMatchObject({ version: 'TLS 1.2', group: name });
          }
        });
      });
    });

    it.each(Object.keys(KEYS))('a certificate with %s', async (kind) => {
      await withEcho(config(kind), async (port) => {
        const { stdout } = await run(command(port), { input: 'Q\n' });
        expect(stdout).toContain('Verify return code: 0 (ok)');
      });
    });

    it('that verifies PKCS #1 v1.5 only', async () => {
      await withEcho(config('RSA'), async (port) => {
        const { stdout } = await run(command(port, '-sigalgs', 'RSA+SHA256'), { input: 'Q\n' });
        expect(stdout).toContain('Peer signature type: RSA\n');
      });
    });

    it('exports the same, and wants a second handshake in vain', async () => {
      await withEcho(config('P-256'), async (port, echo) => {
        const more = ['-keymatexport', 'EXPORTER-test', '-keymatexportlen', '20'];
        const running = new Running(command(port, ...more), { keepInput: true });
        const [, material] = await running.says(/Keying material: ([0-9A-F]{40})/);
        const { connection } = echo.ends[0];
        const ours = connection.exportKeyingMaterial('EXPORTER-test', undefined, 20);
        expect(Buffer.from(ours).toString('hex').toUpperCase()).toBe(material);
        running.feed('R\n');
        const { stderr } = await running.ended;
        expect(stderr).toContain('no renegotiation');
      });
    });

    it('resumes', async () => {
      await withEcho(config('P-256'), async (port, echo) => {
        const file = authority.rootFile.replace('1.pem', 'session12.pem');
        const first = new Running(command(port, '-sess_out', file), { keepInput: true });
        expect(await eventually(() => existsSync(file))).toBe(true);
        first.feed('Q\n');
        await first.ended;
        const { stdout } = await run(command(port, '-sess_in', file), { input: 'Q\n' });
        expect(stdout).toContain('Reused, TLSv1.2');
        expect((await echo.ends[1].told('connected')).connected).toMatchObject({
          version: 'TLS 1.2',
          resumed: true,
          group: undefined,
        });
      });
    });

    it.each(Object.keys(KEYS))('shows who it is with %s', async (kind) => {
      const clients = { verifier: client.verifier, required: true };
      const us = authority.issue('client', 'person.example', kind as keyof typeof KEYS);
      await withEcho({ ...config('P-256'), clients }, async (port, echo) => {
        const files = ['-cert', us.certificateFile, '-key', us.keyFile];
        await run(command(port, ...files), { input: 'Q\n' });
        const { connected } = await echo.ends[0].told('connected');
        expect(connected.peerChain[0]).toEqual(us.certificate);
      });
    });

    it('shows a certificate for the other role, or none', async () => {
      const clients = { verifier: client.verifier, required: true };
      await withEcho({ ...config('P-256'), clients }, async (port, echo) => {
        const wrong = issued('P-256');
        const role = ['-cert', wrong.certificateFile, '-key', wrong.keyFile];
        await run(command(port, ...role), { input: 'Q\n' });
        await echo.ends[0].over();
        expect(echo.ends[0].failure?.alert).toBe(ALERT.UNSUPPORTED_CERTIFICATE);
        await run(command(port), { input: 'Q\n' });
        await echo.ends[1].over();
        expect(echo.ends[1].failure?.alert).toBe(ALERT.HANDSHAKE_FAILURE);
      });
    });

    it.each([
      ['fell back', ['-fallback_scsv'], 'inappropriate fallback'],
      ['has RSA key exchange only', ['-cipher', 'AES128-GCM-SHA256'], 'handshake failure'],
      ['has CBC only', ['-cipher', 'ECDHE-ECDSA-AES128-SHA256'], 'handshake failure'],
      ['has no group of ours', ['-groups', 'P-521'], 'handshake failure'],
      [
        'has SHA-1 only',
        ['-sigalgs', 'ECDSA+SHA1', '-cipher', 'DEFAULT@SECLEVEL=0'],
        'handshake failure',
      ],
    ])('that %s is refused', async (_, options, alert) => {
      await withEcho(config('P-256'), async (port) => {
        expect((await run(command(port, ...options), { input: 'Q\n' })).stderr).toContain(alert);
      });
    });

    it('that has no extended_master_secret is refused', async () => {
      await withEcho(config('P-256'), async (port) => {
        const line = [...withoutMasterSecret(), ...command(port)];
        expect((await run(line, { input: 'Q\n' })).stderr).toContain('handshake failure');
      });
    });
  });

  /** For the start of a command: its OpenSSL does not know extended_master_secret. */
  function withoutMasterSecret(): string[] {
    const lines = ['openssl_conf=a', '[a]', 'ssl_conf=b', '[b]', 'system_default=c', '[c]'];
    const text = [...lines, 'Options=-ExtendedMasterSecret', ''].join('\n');
    return ['env', `OPENSSL_CONF=${authority.write('no-ems.cnf', text)}`];
  }

  function issued(kind: string): Issued {
    const found = servers.get(kind);
    if (found === undefined) throw new Error(`no certificate with ${kind}`);
    return found;
  }
});
