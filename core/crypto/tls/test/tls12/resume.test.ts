import { describe, expect, it } from 'vitest';
import { TicketKeys } from '../../src/server/ticket.ts';
import type { Session } from '../../src/session.ts';
import { tls12Client } from '../../src/tls12/client.ts';
import { tls12Server } from '../../src/tls12/server.ts';
import { connectedOf, NOW, Pair, SUITES, sessionOf, verifier } from '../kit.ts';
import { BOTH_CLIENT, BOTH_SERVER, pair12, QUICK, SUITES12 } from './kit.ts';

const keys = () => new TicketKeys(SUITES.aes256.aead, { lifetime: 100 });

function first(tickets: TicketKeys, client = {}, server = {}): Session {
  const session = sessionOf(pair12(client, { ...QUICK, ...server, tickets }).run().client);
  if (session === undefined) throw new Error('no session');
  return session;
}

function expectResumed(pair: Pair, resumed: boolean): void {
  expect(connectedOf(pair.client).resumed).toBe(resumed);
  expect(connectedOf(pair.server).resumed).toBe(resumed);
}

describe('a resumption', () => {
  it('needs no certificate, agrees on a protocol anew, and makes other keys', () => {
    const tickets = keys();
    const session = first(tickets, { protocols: ['a'] }, { protocols: ['a'] });
    expect(session.protocol).toBe('a');
    const server = { ...QUICK, tickets, protocols: ['b'] };
    const again = (seed: number) =>
      pair12({ protocols: ['a', 'b'] }, server, { serverName: 'host', session }, seed).run();
    const pair = again(9);
    expectResumed(pair, true);
    expect(connectedOf(pair.client)).toMatchObject({ protocol: 'b', peerChain: [] });
    const exported = (one: Pair) => one.client.connection.exportKeyingMaterial('a', undefined, 20);
    expect(exported(pair)).toEqual(pair.server.connection.exportKeyingMaterial('a', undefined, 20));
    expect(exported(again(11))).not.toEqual(exported(pair));
  });

  it('does not make its secret live longer: there is no new ticket', () => {
    const tickets = keys();
    const session = first(tickets);
    const pair = pair12({}, { ...QUICK, tickets }, { serverName: 'host', session }, 9).run();
    expectResumed(pair, true);
    expect(sessionOf(pair.client)).toBe(undefined);
    expect([session.issued, session.expires]).toEqual([NOW, NOW + 100_000]);
  });

  it('works without looking like TLS 1.3, too', () => {
    const tickets = keys();
    const client = { compatibility: false };
    const session = first(tickets, client);
    expectResumed(
      pair12(client, { ...QUICK, tickets }, { serverName: 'host', session }).run(),
      true,
    );
  });

  it.each([
    ['after its time', {}, {}, 100_000],
    ['when a client must show who it is', {}, { clients: { verifier, required: false } }, 0],
    ['with another suite of the client', { tls12: tls12Client([SUITES12.chacha]) }, {}, 0],
    ['with another suite of the server', {}, { tls12: tls12Server([SUITES12.chacha]) }, 0],
    ['with keys that the server forgot', {}, { tickets: keys() }, 0],
    ['with a server without tickets', {}, { tickets: undefined }, 0],
  ])('is a full handshake %s', (_, client, server, later) => {
    const tickets = keys();
    const target = { serverName: 'host', session: first(tickets) };
    const changed = { ...QUICK, tickets, ...server } as Parameters<typeof pair12>[1];
    expectResumed(pair12(client, changed, target, 9, NOW + later).run(), false);
  });

  it('is not for another name', () => {
    const tickets = keys();
    const session = { ...first(tickets), serverName: 'other' };
    const pair = pair12(
      { verifier: { ...verifier, verify: believing } },
      { ...QUICK, tickets },
      {
        serverName: 'other',
        session,
      },
    ).run();
    expectResumed(pair, false);
  });

  it('is not for who does not know its secret', () => {
    const tickets = keys();
    const session = first(tickets);
    const forged = { ...session, psk: session.psk.map((byte) => byte ^ 1) };
    const pair = pair12({}, { ...QUICK, tickets }, { serverName: 'host', session: forged }).run();
    expect([pair.client, pair.server].map(({ connection }) => connection.isConnected)).toEqual([
      false,
      false,
    ]);
  });
});

describe('a ticket of one version', () => {
  const both = (tickets: TicketKeys, session?: Session, client = {}) =>
    new Pair(
      { ...BOTH_CLIENT, ...client },
      { ...BOTH_SERVER, ...QUICK, tickets },
      { serverName: 'host', session },
    ).run();

  it('is none of the other', () => {
    const tickets = keys();
    const old = both(tickets, { ...first(tickets), version: 'TLS 1.3' });
    expect(connectedOf(old.server)).toMatchObject({ version: 'TLS 1.3', resumed: false });
    const session = sessionOf(both(tickets).client);
    if (session === undefined) throw new Error('no session');
    const suite = SUITES12.aes128.codes.ecdsa ?? 0;
    const fresh: Session = { ...session, version: 'TLS 1.2', suite };
    const pair = both(tickets, fresh, { suites: [] });
    expect(connectedOf(pair.server)).toMatchObject({ version: 'TLS 1.2', resumed: false });
  });

  it('does not keep both from speaking the better one', () => {
    const tickets = keys();
    const pair = both(tickets, first(tickets));
    expect(connectedOf(pair.client)).toMatchObject({ version: 'TLS 1.3', resumed: false });
  });
});

/** Believes that the certificate is for whatever name. */
const believing: typeof verifier.verify = (chain, _, purpose, now) =>
  verifier.verify(chain, undefined, purpose, now);
