/** Tickets of clients that show certificates. */
import { ok } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import { ALERT, abort } from '../src/alert.ts';
import type { CertificateVerifier } from '../src/credentials.ts';
import type { ClientsConfig } from '../src/server/config.ts';
import { ReplayGuard } from '../src/server/early.ts';
import { TicketKeys } from '../src/server/ticket.ts';
import type { Session } from '../src/session.ts';
import { connectedOf, credentials, NOW, Pair, SUITES, sessionOf, verifier } from './kit.ts';

const ME = credentials({ purpose: 'client', name: 'me' }, 'ed25519');
const CLIENT = { credentials: ME };

/** Keys of tickets, and a verifier that counts, may refuse, and knows when certificates end. */
class Site {
  readonly tickets = new TicketKeys(SUITES.aes256.aead, { lifetime: 100 });
  asked = 0;
  refuses = false;
  /** Milliseconds from {@link NOW}. */
  expires: number | undefined;
  readonly #verifier: CertificateVerifier = {
    ...verifier,
    verify: (chain, name, purpose, now) => {
      this.asked++;
      if (this.refuses) return abort(ALERT.CERTIFICATE_REVOKED, 'revoked');
      const verified = verifier.verify(chain, name, purpose, now);
      if (!verified.ok || this.expires === undefined) return verified;
      return ok({ ...verified.value, expires: NOW + this.expires });
    },
  };

  /** A connection after `seconds`. */
  meet(session?: Session, terms: Partial<ClientsConfig> = {}, seconds = 0, client = CLIENT): Pair {
    const clients = { verifier: this.#verifier, required: true, ...terms };
    const target = { serverName: 'host', session };
    const server = { tickets: this.tickets, clients };
    return new Pair(client, server, target, 7 + seconds, NOW + 1000 * seconds).run();
  }
}

describe('a client with a certificate', () => {
  it('resumes, and is known to the server, which asks its verifier again', () => {
    const site = new Site();
    const pair = site.meet(sessionOf(site.meet().client));
    expect(connectedOf(pair.server)).toMatchObject({ resumed: true, peerChain: ME.chain });
    expect(site.asked).toBe(2);
    expect(sessionOf(pair.client)).toBeTruthy();
  });

  it('resumes without a question where tickets are trusted', () => {
    const site = new Site();
    const session = sessionOf(site.meet(undefined, { trustsTickets: true }).client);
    site.refuses = true;
    const pair = site.meet(session, { trustsTickets: true });
    expect(connectedOf(pair.server)).toMatchObject({ resumed: true, peerChain: ME.chain });
    expect(site.asked).toBe(1);
  });

  it('sends early data, and is known after it', () => {
    const site = new Site();
    const earlyData = { most: 10, guard: new ReplayGuard() };
    const clients = { verifier, required: true };
    const server = { tickets: site.tickets, clients, earlyData };
    const session = sessionOf(new Pair(CLIENT, server).run().client);
    const target = { serverName: 'host', session, earlyData: Uint8Array.of(1) };
    const pair = new Pair(CLIENT, server, target, 3).run();
    expect(pair.server.early).toEqual([1]);
    const known = { resumed: true, earlyData: true, peerChain: ME.chain };
    expect(connectedOf(pair.server)).toMatchObject(known);
  });

  it('is told when its certificate is not good any more', () => {
    const site = new Site();
    const session = sessionOf(site.meet().client);
    site.refuses = true;
    const pair = site.meet(session);
    expect(pair.server.failure).toMatchObject({ blame: 'peer', alert: ALERT.CERTIFICATE_REVOKED });
    expect(pair.server.connection.isConnected).toBe(false);
  });

  it('shows it again at the end of its first ticket, whatever tickets came after', () => {
    const site = new Site();
    const first = sessionOf(site.meet().client);
    const second = sessionOf(site.meet(first, {}, 60).client);
    expect(second?.expires).toBe(NOW + 100_000);
    expect(connectedOf(site.meet(second, {}, 99).server).resumed).toBe(true);
    // A server does not leave it to the client.
    const forever = second && { ...second, expires: NOW + 1e9 };
    expect(connectedOf(site.meet(forever, {}, 101).server).resumed).toBe(false);
  });

  it('has no ticket beyond its certificate', () => {
    const site = new Site();
    site.expires = 50_500;
    const session = sessionOf(site.meet().client);
    expect(session?.expires).toBe(NOW + 50_000);
    const forever = session && { ...session, expires: NOW + 1e9 };
    expect(connectedOf(site.meet(forever, { trustsTickets: true }, 51).server).resumed).toBe(false);
    site.expires = 500;
    expect(sessionOf(site.meet().client)).toBe(undefined);
  });

  it.each([
    [8192, true],
    [8193, false],
  ])('with %i bytes of certificates has one: %s', (length, has) => {
    const [own] = ME.chain;
    const chain = [own, new Uint8Array(length - own.length)];
    const site = new Site();
    const client = { credentials: { ...ME, chain } };
    const session = sessionOf(site.meet(undefined, {}, 0, client).client);
    expect(session !== undefined).toBe(has);
    if (session === undefined) return;
    const { peerChain } = connectedOf(site.meet(session).server);
    expect(peerChain).toEqual(chain);
  });

  it('without one has no ticket either, where it was asked', () => {
    const site = new Site();
    const nobody = new Pair({}, { tickets: site.tickets, clients: { verifier, required: false } });
    expect(connectedOf(nobody.run().server).peerChain).toEqual([]);
    expect(sessionOf(nobody.client)).toBe(undefined);
  });

  it('is asked when its ticket is of a time at which nobody asked', () => {
    const site = new Site();
    const { tickets } = site;
    const session = sessionOf(new Pair({}, { tickets }).run().client);
    expect(connectedOf(site.meet(session).server)).toMatchObject({
      resumed: false,
      peerChain: ME.chain,
    });
  });

  it('is nobody in particular where nobody asks any more', () => {
    const site = new Site();
    const session = sessionOf(site.meet().client);
    const pair = new Pair({}, { tickets: site.tickets }, { serverName: 'host', session }).run();
    expect(connectedOf(pair.server)).toMatchObject({ resumed: false, peerChain: [] });
  });
});

describe('a server', () => {
  it('shows its certificate again after a week, whatever tickets it gave', () => {
    const DAY = 86_400;
    const tickets = new TicketKeys(SUITES.aes256.aead, { lifetime: 6 * DAY });
    const meet = (session: Session | undefined, day: number) => {
      const target = { serverName: 'host', session };
      return new Pair({}, { tickets }, target, 11 + day, NOW + 1000 * DAY * day).run().client;
    };
    const first = sessionOf(meet(undefined, 0));
    const second = meet(first, 5);
    expect(connectedOf(second).resumed).toBe(true);
    expect(sessionOf(second)?.expires).toBe(NOW + 1000 * 7 * DAY);
    expect(connectedOf(meet(sessionOf(second), 8)).resumed).toBe(false);
  });
});
