/** TLS 1.2 with GnuTLS, which knows record_size_limit. */
import { createServer } from 'node:net';
import type { ClientConfig } from '@atoll/tls/client/config';
import type { ServerConfig } from '@atoll/tls/server/config';
import { TicketKeys } from '@atoll/tls/server/ticket';
import { tls12Client } from '@atoll/tls/tls12/client';
import { tls12Server } from '@atoll/tls/tls12/server';
import { ecdheSuite } from '@atoll/tls/tls12/suite';
import { x509Signers, x509Verifier } from '@atoll/tls/x509';
import { privateProfile } from '@atoll/x509/profile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Running } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { GROUPS, SIGNATURES, SUITES } from './algorithms.ts';
import { Authority, type Issued } from './authority.ts';
import { connectTo, type Echo, withEcho } from './endpoint.ts';

const HOST = 'server.example';
const SUITES12 = SUITES.map(({ aead, hash }) => ecdheSuite(aead, hash));
const PRIORITY = ['--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.2'];

describe.skipIf(lacks('openssl', 'gnutls-cli', 'gnutls-serv'))('TLS 1.2 with GnuTLS', () => {
  let authority: Authority;
  let server: Issued;
  let client: ClientConfig;

  beforeAll(() => {
    authority = new Authority();
    server = authority.issue('server', HOST, 'P-256');
    const roots = [authority.root];
    const verifier = x509Verifier({ profile: privateProfile, roots, signatures: SIGNATURES });
    client = { suites: SUITES, tls12: tls12Client(SUITES12), groups: GROUPS, verifier };
  });
  afterAll(() => authority.close());

  async function withServer(body: (echo: Echo, command: string[]) => Promise<void>) {
    const signers = x509Signers(server.key, SIGNATURES);
    const config: ServerConfig = {
      suites: SUITES,
      tls12: tls12Server(SUITES12),
      groups: GROUPS,
      credentials: () => [{ chain: [server.certificate], signers }],
      tickets: new TicketKeys(SUITES[1].aead),
      recordSizeLimit: 600,
    };
    const names = ['--sni-hostname', HOST, '--verify-hostname', HOST];
    await withEcho(config, (port, echo) => {
      const to = ['--x509cafile', authority.rootFile, '--port', String(port), '127.0.0.1'];
      return body(echo, ['gnutls-cli', ...PRIORITY, ...names, ...to]);
    });
  }

  it('a client resumes, and both keep to the limits of records', async () => {
    await withServer(async (echo, command) => {
      const running = new Running([...command, '--resume', '--recordsize', '512'], {
        keepInput: true,
      });
      await running.says(/This is a resumed session/);
      // It sends and shows no more than one record of a line.
      const line = 'a line '.repeat(100);
      running.feed(`${line}\n`);
      await echo.ends[1].hears(line.slice(0, 512));
      await running.says(new RegExp(`\n${line.slice(0, 512)}`));
      const connected = await Promise.all(echo.ends.map((end) => end.told('connected')));
      expect(connected.map(({ connected: { version, resumed } }) => [version, resumed])).toEqual([
        ['TLS 1.2', false],
        ['TLS 1.2', true],
      ]);
      expect(echo.ends[1].connection.recordCapacity).toBe(512);
      expect(echo.ends[1].failure).toBe(undefined);
      await running.stop();
    });
  });

  it('a server that we resume with', async () => {
    const port = await freePort();
    const { certificateFile, keyFile } = server;
    const files = ['--x509certfile', certificateFile, '--x509keyfile', keyFile];
    const command = ['gnutls-serv', '--echo', '--port', String(port), ...PRIORITY, ...files];
    const running = new Running(command, { keepInput: true });
    await running.says(/listening/);
    const config = { ...client, recordSizeLimit: 600 };
    const first = connectTo(port, config, { serverName: HOST });
    expect((await first.told('connected')).connected.version).toBe('TLS 1.2');
    const { session } = await first.told('session');
    const line = 'a line '.repeat(200);
    first.send(`${line}\n`);
    await first.hears(line);
    first.close();
    const second = connectTo(port, config, { serverName: HOST, session });
    expect((await second.told('connected')).connected.resumed).toBe(true);
    second.close();
    await running.stop();
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
