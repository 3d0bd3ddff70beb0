import { existsSync } from 'node:fs';
import { TicketKeys } from '@atoll/tls/server/ticket';
import { x509Signers, x509Verifier } from '@atoll/tls/x509';
import { privateProfile } from '@atoll/x509/profile';
import { expect, it } from 'vitest';
import { eventually } from '../../src/poll.ts';
import { Running, run } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { GROUPS, SIGNATURES, SUITES } from './algorithms.ts';
import { Authority } from './authority.ts';
import { Echo } from './endpoint.ts';

it.skipIf(lacks('openssl'))('OpenSSL resumes with a certificate of its own', async () => {
  const authority = new Authority();
  const own = authority.issue('server', 'server.example', 'P-256');
  const person = authority.issue('client', 'person.example', 'P-256');
  const roots = [authority.root];
  const verifier = x509Verifier({ profile: privateProfile, roots, signatures: SIGNATURES });
  const signers = x509Signers(own.key, SIGNATURES);
  const echo = new Echo({
    suites: SUITES,
    groups: GROUPS,
    credentials: () => [{ chain: [own.certificate], signers }],
    clients: { verifier, required: true },
    tickets: new TicketKeys(SUITES[1].aead),
  });
  const file = authority.rootFile.replace('1.pem', 'session.pem');
  try {
    const connect = ['openssl', 's_client', '-connect', `127.0.0.1:${await echo.listen()}`];
    const who = ['-cert', person.certificateFile, '-key', person.keyFile];
    const first = new Running([...connect, ...who, '-sess_out', file], { keepInput: true });
    expect(await eventually(() => existsSync(file))).toBe(true);
    first.feed('Q\n');
    await first.ended;
    // The ticket stands for the certificate, which is not shown again.
    const { stdout } = await run([...connect, '-sess_in', file], { input: 'Q\n' });
    expect(stdout).toContain('Reused, TLSv1.3');
    const { connected } = await echo.ends[1].told('connected');
    expect(connected.resumed).toBe(true);
    expect(connected.peerChain[0]).toEqual(person.certificate);
  } finally {
    echo.close();
    authority.close();
  }
});
