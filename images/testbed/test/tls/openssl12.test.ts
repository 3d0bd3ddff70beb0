import { aesCcm } from '@atoll/primitives/reference/aes-ccm';
import { aes128Gcm, aes256Gcm } from '@atoll/primitives/reference/aes-gcm';
import { chacha20Poly1305 } from '@atoll/primitives/reference/chacha20-poly1305';
import { p384 } from '@atoll/primitives/reference/nist';
import { sha256, sha384 } from '@atoll/primitives/reference/sha2';
import { ALERT } from '@atoll/tls/alert';
import type { ClientConfig } from '@atoll/tls/client/config';
import type { ServerConfig } from '@atoll/tls/server/config';
import { tls12Client } from '@atoll/tls/tls12/client';
import { tls12Server } from '@atoll/tls/tls12/server';
import { ecdheSuite } from '@atoll/tls/tls12/suite';
import { ecdsaSignature } from '@atoll/x509/signature';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { GROUPS, SIGNATURES } from './algorithms.ts';
import { connectTo, withEcho } from './endpoint.ts';
import { HOST, KINDS, OpenSsl } from './openssl.ts';

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
/** A server that sends each line back to front. */
const REVERSING = ['-rev', '-cipher', ALL_NAMES];

/** With P-384 and SHA-256, because in TLS 1.2 a scheme does not name the curve. */
const SIGNATURES12 = [...SIGNATURES, ecdsaSignature(p384, sha256)];

describe.skipIf(lacks('openssl'))('TLS 1.2 with OpenSSL', () => {
  let openssl: OpenSsl;
  let client: ClientConfig;

  beforeAll(() => {
    openssl = new OpenSsl('-tls1_2', SIGNATURES12);
    client = { ...openssl.client, tls12: tls12Client(ALL12) };
  }, 60_000);
  afterEach(() => openssl.stop());
  afterAll(() => openssl.close());

  describe('as the server', () => {
    it.each(['P-256', 'RSA'])('each suite, each group, with %s', async (kind) => {
      const { port } = await openssl.serve(kind, ...REVERSING);
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

    it.each(KINDS)('a certificate with %s', async (kind) => {
      const { port } = await openssl.serve(kind, ...REVERSING);
      const end = connectTo(port, client, { serverName: HOST });
      await end.told('connected');
      end.close();
      const other = connectTo(port, client, { serverName: 'other.example' });
      await expect(other.told('connected')).rejects.toThrow('another name');
    });

    it('that signs with PKCS #1 v1.5 only', async () => {
      const { port } = await openssl.serve('RSA', ...REVERSING, '-sigalgs', 'RSA+SHA256');
      const end = connectTo(port, client, { serverName: HOST });
      expect((await end.told('connected')).connected.version).toBe('TLS 1.2');
      end.close();
    });

    it('resumes with its ticket, and agrees on a protocol', async () => {
      const { port } = await openssl.serve('P-256', ...REVERSING, '-alpn', 'one,two');
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
      const asking = ['-Verify', '1', '-verify_return_error'];
      const { port } = await openssl.serve('P-256', ...REVERSING, ...asking);
      for (const kind of KINDS) {
        const person = openssl.authority.issue('client', 'person.example', kind);
        const config = { ...client, credentials: openssl.credentials(person) };
        const end = connectTo(port, config, { serverName: HOST });
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
      const { running, port } = await openssl.serve('P-256');
      const end = connectTo(port, client, { serverName: HOST });
      await end.told('connected');
      running.feed('r\n');
      await running.says(/no renegotiation/);
      // It gives up; we would not.
      await end.over();
      expect(end.failure).toMatchObject({ blame: 'alert', alert: ALERT.HANDSHAKE_FAILURE });
    });

    it('knows no extended_master_secret, and is refused', async () => {
      const command = openssl.serverCommand('P-256');
      const { port } = await openssl.start([...withoutMasterSecret(), ...command]);
      const end = connectTo(port, client, { serverName: HOST });
      await end.over();
      expect(end.failure).toMatchObject({ blame: 'peer', alert: ALERT.HANDSHAKE_FAILURE });
    });
  });

  describe('as the client', () => {
    const config = (kind: string): ServerConfig => ({
      ...openssl.serverConfig(kind),
      tls12: tls12Server(ALL12),
    });

    describe.each(['P-256', 'RSA'])('each suite with %s', (kind) => {
      it.each(GROUPS.map(({ kem }) => kem.name))('and group %s', async (name) => {
        const groups = GROUPS.filter(({ kem }) => kem.name === name);
        await withEcho({ ...config(kind), groups }, async (port, echo) => {
          for (const suite of SUITES12) {
            if (kind === 'RSA' && suite.name.includes('CCM')) continue;
            const cipher = `ECDHE-${kind === 'RSA' ? 'RSA' : 'ECDSA'}-${suite.name}`;
            const running = openssl.connect(port, '-cipher', cipher);
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

    it.each(KINDS)('a certificate with %s', async (kind) => {
      await withEcho(config(kind), async (port) => {
        const { stdout } = await openssl.visit(port);
        expect(stdout).toContain('Verify return code: 0 (ok)');
      });
    });

    it('that verifies PKCS #1 v1.5 only', async () => {
      await withEcho(config('RSA'), async (port) => {
        const { stdout } = await openssl.visit(port, '-sigalgs', 'RSA+SHA256');
        expect(stdout).toContain('Peer signature type: RSA\n');
      });
    });

    it('exports the same, and wants a second handshake in vain', async () => {
      await withEcho(config('P-256'), async (port, echo) => {
        const more = ['-keymatexport', 'EXPORTER-test', '-keymatexportlen', '20'];
        const running = openssl.connect(port, ...more);
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
        const file = await openssl.session(port);
        const { stdout } = await openssl.visit(port, '-sess_in', file);
        expect(stdout).toContain('Reused, TLSv1.2');
        expect((await echo.ends[1].told('connected')).connected).toMatchObject({
          version: 'TLS 1.2',
          resumed: true,
          group: undefined,
        });
      });
    });

    it.each(KINDS)('shows who it is with %s', async (kind) => {
      const clients = { verifier: client.verifier, required: true };
      const us = openssl.authority.issue('client', 'person.example', kind);
      await withEcho({ ...config('P-256'), clients }, async (port, echo) => {
        const files = ['-cert', us.certificateFile, '-key', us.keyFile];
        await openssl.visit(port, ...files);
        const { connected } = await echo.ends[0].told('connected');
        expect(connected.peerChain[0]).toEqual(us.certificate);
      });
    });

    it('shows a certificate for the other role, or none', async () => {
      const clients = { verifier: client.verifier, required: true };
      await withEcho({ ...config('P-256'), clients }, async (port, echo) => {
        const wrong = openssl.issued('P-256');
        const role = ['-cert', wrong.certificateFile, '-key', wrong.keyFile];
        await openssl.visit(port, ...role);
        await echo.ends[0].over();
        expect(echo.ends[0].failure?.alert).toBe(ALERT.UNSUPPORTED_CERTIFICATE);
        await openssl.visit(port);
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
        expect((await openssl.visit(port, ...options)).stderr).toContain(alert);
      });
    });

    it('that has no extended_master_secret is refused', async () => {
      await withEcho(config('P-256'), async (port) => {
        const line = [...withoutMasterSecret(), ...openssl.clientCommand(port)];
        expect((await run(line, { input: 'Q\n' })).stderr).toContain('handshake failure');
      });
    });
  });

  /** For the start of a command: its OpenSSL does not know extended_master_secret. */
  function withoutMasterSecret(): string[] {
    const lines = ['openssl_conf=a', '[a]', 'ssl_conf=b', '[b]', 'system_default=c', '[c]'];
    const text = [...lines, 'Options=-ExtendedMasterSecret', ''].join('\n');
    return ['env', `OPENSSL_CONF=${openssl.authority.write('no-ems.cnf', text)}`];
  }
});
