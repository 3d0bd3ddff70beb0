import { ALERT } from '@atoll/tls/alert';
import { ReplayGuard } from '@atoll/tls/server/early';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { GROUPS, SIGNATURES, SUITES } from './algorithms.ts';
import type { Issued } from './authority.ts';
import { connectTo, withEcho } from './endpoint.ts';
import { HOST, KINDS, OpenSsl } from './openssl.ts';

const ALL_GROUPS = 'X25519:P-256:P-384';
/** OpenSSL does not offer CCM unless it is asked to. */
const ALL = ['-ciphersuites', SUITES.map(({ name }) => name).join(':'), '-groups', ALL_GROUPS];
/** A server that sends each line back to front. */
const REVERSING = [...ALL, '-rev'];

describe.skipIf(lacks('openssl'))('with OpenSSL', () => {
  let openssl: OpenSsl;
  let person: Issued;

  beforeAll(() => {
    openssl = new OpenSsl('-tls1_3', SIGNATURES);
    person = openssl.authority.issue('client', 'person.example', 'P-256');
  }, 60_000);
  afterEach(() => openssl.stop());
  afterAll(() => openssl.close());

  describe('as the server', () => {
    it('each suite, each group', async () => {
      const { port } = await openssl.serve('P-256', ...REVERSING);
      for (const suite of SUITES) {
        for (const group of GROUPS) {
          const config = { ...openssl.client, suites: [suite], groups: [group] };
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

    it.each(KINDS)('a certificate with %s', async (kind) => {
      const { port } = await openssl.serve(kind, ...REVERSING);
      const end = connectTo(port, openssl.client, { serverName: HOST });
      await end.told('connected');
      end.close();
      const other = connectTo(port, openssl.client, { serverName: 'other.example' });
      await expect(other.told('connected')).rejects.toThrow('another name');
    });

    it('asks again for another group, resumes, and agrees on a protocol', async () => {
      const choice = ['-groups', 'P-384', '-alpn', 'one,two'];
      const { port } = await openssl.serve('P-256', ...REVERSING, ...choice);
      const config = { ...openssl.client, protocols: ['two'] };
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
      // It does not reverse what came with early data.
      const { running, port } = await openssl.serve('P-256', ...ALL, '-early_data');
      const first = connectTo(port, openssl.client, { serverName: HOST });
      const { session } = await first.told('session');
      first.close();
      const earlyData = Buffer.from('soon\n');
      const second = connectTo(port, openssl.client, { serverName: HOST, session, earlyData });
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
      const asking = ['-Verify', '1', '-verify_return_error'];
      const { port } = await openssl.serve('P-256', ...REVERSING, ...asking);
      const config = { ...openssl.client, credentials: openssl.credentials(person) };
      const end = connectTo(port, config, { serverName: HOST });
      await end.told('connected');
      end.send('live\n');
      await end.hears('evil');
      end.close();
      const nobody = connectTo(port, openssl.client, { serverName: HOST });
      await nobody.over();
      expect(nobody.failure).toMatchObject({ blame: 'alert', reason: /certificate_required/ });
    });
  });

  describe('as the client', () => {
    it('each suite, each group', async () => {
      await withEcho(openssl.serverConfig('P-256'), async (port, echo) => {
        for (const suite of SUITES) {
          for (const group of ALL_GROUPS.split(':')) {
            const sets = ['-ciphersuites', suite.name, '-groups', group];
            const running = openssl.connect(port, ...sets);
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

    it.each(KINDS)('a certificate with %s', async (kind) => {
      await withEcho(openssl.serverConfig(kind), async (port) => {
        const { stdout } = await openssl.visit(port);
        expect(stdout).toContain('Verify return code: 0 (ok)');
      });
    });

    it('has its hello refused for a group, updates keys, and exports the same', async () => {
      await withEcho(
        { ...openssl.serverConfig('P-256'), groups: [GROUPS[2]] },
        async (port, echo) => {
          const more = ['-keymatexport', 'EXPORTER-test', '-keymatexportlen', '20'];
          const running = openssl.connect(port, ...more);
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
        },
      );
    });

    it('resumes', async () => {
      await withEcho(openssl.serverConfig('P-256'), async (port, echo) => {
        const file = await openssl.session(port);
        const { stdout } = await openssl.visit(port, '-sess_in', file);
        expect(stdout).toContain('Reused, TLSv1.3');
        expect((await echo.ends[1].told('connected')).connected.resumed).toBe(true);
      });
    });

    it('resumes with a certificate of its own', async () => {
      const clients = { verifier: openssl.client.verifier, required: true };
      await withEcho({ ...openssl.serverConfig('P-256'), clients }, async (port, echo) => {
        const who = ['-cert', person.certificateFile, '-key', person.keyFile];
        const file = await openssl.session(port, ...who);
        // The ticket stands for the certificate, which is not shown again.
        const { stdout } = await openssl.visit(port, '-sess_in', file);
        expect(stdout).toContain('Reused, TLSv1.3');
        const { connected } = await echo.ends[1].told('connected');
        expect(connected.resumed).toBe(true);
        expect(connected.peerChain[0]).toEqual(person.certificate);
      });
    });

    it('sends early data', async () => {
      const earlyData = { most: 100, guard: new ReplayGuard() };
      await withEcho({ ...openssl.serverConfig('P-256'), earlyData }, async (port, echo) => {
        const file = await openssl.session(port);
        const words = openssl.authority.write('early.txt', 'soon');
        const early = ['-sess_in', file, '-early_data', words];
        const { stdout } = await openssl.visit(port, ...early);
        expect(stdout).toContain('Early data was accepted');
        expect(echo.ends[1].early).toBe('soon');
        const { connected } = await echo.ends[1].told('connected');
        expect(connected).toMatchObject({ resumed: true, earlyData: true });
      });
    });

    it('shows who it is', async () => {
      const clients = { verifier: openssl.client.verifier, required: true };
      await withEcho({ ...openssl.serverConfig('P-256'), clients }, async (port, echo) => {
        const files = ['-cert', person.certificateFile, '-key', person.keyFile];
        await openssl.visit(port, ...files);
        const { connected } = await echo.ends[0].told('connected');
        // OpenSSL sends the root, too.
        expect(connected.peerChain[0]).toEqual(person.certificate);
        // A certificate of a server is none of a client.
        const wrong = openssl.issued('P-256');
        const role = ['-cert', wrong.certificateFile, '-key', wrong.keyFile];
        await openssl.visit(port, ...role);
        await echo.ends[1].over();
        expect(echo.ends[1].connection.isConnected).toBe(false);
        expect(echo.ends[1].failure?.alert).toBe(ALERT.UNSUPPORTED_CERTIFICATE);
      });
    });

    it('is refused with TLS 1.2', async () => {
      await withEcho(openssl.serverConfig('P-256'), async (port) => {
        const old = ['openssl', 's_client', '-connect', `127.0.0.1:${port}`, '-tls1_2'];
        expect((await run(old, { input: 'Q\n' })).stderr).toContain('protocol version');
      });
    });
  });
});
