import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import { Registry } from '@atoll/metrics/registry';
import { metricsText } from '@atoll/metrics/text';
import { malformed, ok } from '@atoll/result/result';
import type { TlsSocket } from '@atoll/tls-socket/socket';
import { parseCertificate } from '@atoll/x509/certificate';
import { describe, expect, it } from 'vitest';
import { collectCertificates } from '../src/metrics.ts';
import type { TxtRecord } from '../src/solver.ts';
import { Machine, NO_CONNECTION } from './machine.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const TLS = { suites: [], groups: [] };

/** What a server of `machine` shows to who asks for `name` and agreed on `protocol`. */
function shown({ certificates }: Machine, name = 'www.example.org', protocol?: string) {
  const [credentials] = certificates.serverConfig(TLS).credentials(name, protocol);
  if (credentials === undefined) return undefined;
  const parsed = parseCertificate(credentials.chain[0]);
  return parsed.ok ? { ...parsed.value, chain: credentials.chain, credentials } : undefined;
}

async function opened(machine: Machine): Promise<Machine> {
  expect(await machine.certificates.open()).toEqual(ok(undefined));
  return machine;
}

const has = (machine: Machine) => () => shown(machine) !== undefined;

describe('certificates', () => {
  it('are had by http-01, shown, and there at once after a restart', async () => {
    const machine = await opened(new Machine());
    const pages: string[] = [];
    machine.ca.look = (type, _, token, proof) => {
      if (type !== 'http-01') return false;
      const path = `/.well-known/acme-challenge/${token}`;
      void machine.page(path).then((page) => pages.push(page));
      void machine.page('/.well-known/acme-challenge/other').then((page) => pages.push(page));
      pages.push(proof);
      return true;
    };
    expect(shown(machine)).toBeUndefined();
    await machine.run(MINUTE, has(machine));
    expect(pages).toEqual([pages[0], pages[0], '']);
    const own = shown(machine);
    expect(own?.chain).toHaveLength(2);
    expect(machine.lines.at(-1)).toMatch(
      /certificate for www\.example\.org until 2027-04-15T\d\d:\d\d:\d\d\.000Z, next one 2027-03-/,
    );
    const { requests } = machine;
    machine.restarted();
    expect(shown(machine)).toBeUndefined();
    await opened(machine);
    expect(shown(machine)?.bytes).toEqual(own?.bytes);
    await machine.run(DAY);
    // Whether the authority says when to renew is asked once.
    expect(machine.requests).toBe(requests + 1);
    expect(machine.ca.orders.size).toBe(1);
    expect(machine.certificates.status).toMatchObject({
      ...{ notAfter: own?.notAfter, failures: 0, failure: undefined },
    });
  });

  it('are renewed, and each handshake gets the one of its moment', async () => {
    const machine = await opened(new Machine());
    const config = machine.certificates.serverConfig(TLS);
    await machine.run(MINUTE, has(machine));
    const first = config.credentials(undefined, undefined);
    await machine.run(61 * DAY);
    const second = config.credentials(undefined, undefined);
    expect(second[0].chain[0]).not.toEqual(first[0].chain[0]);
    expect(machine.ca.orders.size).toBe(2);
  });

  it('are had by tls-alpn-01, of which others see nothing', async () => {
    const machine = await opened(new Machine({ challenge: 'tls-alpn-01' }));
    const { certificates } = machine;
    expect(certificates.serverConfig(TLS).protocols).toEqual(['http/1.1', 'acme-tls/1']);
    const h2 = certificates.serverConfig({ ...TLS, protocols: ['h2'] });
    expect(h2.protocols).toEqual(['h2', 'acme-tls/1']);
    let looks = 0;
    machine.ca.look = (type, name) => {
      if (type !== 'tls-alpn-01') return false;
      looks++;
      const proof = shown(machine, name, 'acme-tls/1');
      expect(proof?.extensions.list.some(({ id }) => id === '1.3.6.1.5.5.7.1.31')).toBe(true);
      expect(proof?.credentials.signers).toHaveLength(1);
      expect(shown(machine, 'other.example.org', 'acme-tls/1')).toBeUndefined();
      expect(shown(machine, name, 'http/1.1')).toBeUndefined();
      return true;
    };
    await machine.run(MINUTE, has(machine));
    expect(looks).toBe(1);
    expect(shown(machine)).toBeDefined();
    expect(shown(machine, 'www.example.org', 'acme-tls/1')).toBeUndefined();
  });

  it('are had by dns-01, however slow and moody the zone is', async () => {
    const zone = new Set<string>();
    const text = ({ name, value }: TxtRecord) => `${name} ${value}`;
    let tries = 0;
    const solver = {
      async publish(record: TxtRecord) {
        tries++;
        if (tries === 1) return malformed('the zone is locked');
        if (tries === 2) return new Promise<never>(() => {});
        zone.add(text(record));
        return ok(undefined);
      },
      async remove(record: TxtRecord) {
        return zone.delete(text(record)) ? ok(undefined) : malformed('it was not there');
      },
    };
    const machine = await opened(new Machine({ challenge: 'dns-01' }, { solver }));
    machine.ca.look = (type, name) =>
      type === 'dns-01' && [...zone].join().startsWith(`_acme-challenge.${name} `);
    await machine.run(DAY, has(machine));
    expect(zone.size).toBe(0);
    expect(machine.ca.orders.size).toBe(1);
    expect(machine.lines.join('\n')).toMatch(/the zone is locked[\s\S]*publishing takes too long/);
  });

  it('cannot be had by dns-01 where nobody changes the zone', () => {
    expect(() => new Machine({ challenge: 'dns-01' })).toThrow('dns-01 cannot be answered here');
  });

  it('on the disk that are damaged or of another version stop everything', async () => {
    for (const entry of ['{', '{"format":2}', '{"format":1}']) {
      const machine = new Machine();
      machine.entry = encodeLatin1(entry);
      expect(await machine.certificates.open()).toMatchObject({
        error: {
          blame: 'config',
          reason: expect.stringMatching(/^the certificate on the disk: it /),
        },
      });
      await machine.run(DAY);
      expect(machine.requests).toBe(0);
      expect(decodeLatin1(machine.entry)).toBe(entry);
    }
  });

  it('stay in use when the disk fails, and no others are asked for', async () => {
    const machine = await opened(new Machine());
    await machine.run(MINUTE, has(machine));
    const { requests } = machine;
    machine.diskFailure = 'a flush failed';
    await machine.run(100 * DAY);
    expect(shown(machine)).toBeDefined();
    // The order that could not be written down is the last word.
    expect(machine.requests).toBeLessThan(requests + 4);
    expect(machine.lines.at(-1)).toContain('will be asked for any more: a flush failed');
  });

  it.each([
    ['never answers', () => new Promise<never>(() => {}), 'takes too long to answer'],
    ['cannot be reached', async () => NO_CONNECTION, 'directory: there is no connection'],
  ])('from an authority that %s are asked for again later', async (_, answer, reason) => {
    const machine = await opened(new Machine());
    const usual = machine.answer;
    machine.answer = answer;
    await machine.run(10 * MINUTE);
    expect(machine.lines.join('\n')).toContain(reason);
    expect(machine.requests).toBeLessThan(8);
    expect(machine.certificates.status.failure?.reason).toContain(reason);
    machine.answer = usual;
    await machine.run(DAY, has(machine));
    expect(shown(machine)).toBeDefined();
  });

  it('from an authority that sends without end are not had', async () => {
    const machine = await opened(new Machine());
    machine.ca.tamper = (_, answer) => ({
      ...{ status: answer.status, field: answer.field },
      body: new Uint8Array(131_073),
    });
    await machine.run(MINUTE);
    expect(machine.lines.join('\n')).toContain('a body of more than 131072 octets');
  });

  it('are measured', async () => {
    const machine = await opened(new Machine());
    const registry = new Registry();
    registry.collect(collectCertificates(machine.certificates));
    const text = () => metricsText(registry.families(), 'prometheus');
    expect(text()).not.toContain('expiry');
    await machine.run(MINUTE, has(machine));
    const { notAfter = 0, renewAt = 0 } = machine.certificates.status;
    expect(text()).toContain(`atoll_certificate_expiry_timestamp_seconds ${notAfter / 1000}\n`);
    expect(text()).toContain(`atoll_certificate_renewal_timestamp_seconds ${renewAt / 1000}\n`);
    expect(text()).toContain('atoll_certificate_failures 0\n');
  });

  it('have servers whose other connections are those of the application', () => {
    const { certificates } = new Machine({ challenge: 'tls-alpn-01' });
    const done: string[] = [];
    const socketOf = (protocol: string | undefined) =>
      ({ connected: { protocol }, end: () => done.push('end') }) as unknown as TlsSocket;
    const own = { onReadable: () => undefined };
    const accept = certificates.accept(() => own);
    expect(accept(socketOf('http/1.1'))).toBe(own);
    expect(accept(socketOf(undefined))).toBe(own);
    const handler = accept(socketOf('acme-tls/1'));
    expect(handler).not.toBe(own);
    handler.onConnected?.();
    expect(done).toEqual(['end']);
  });
});
