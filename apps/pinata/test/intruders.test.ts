import type { ClientConfig } from '@atoll/tls/client/config';
import type { Credentials } from '@atoll/tls/credentials';
import type { ServerConfig } from '@atoll/tls/server/config';
import { TicketKeys } from '@atoll/tls/server/ticket';
import type { Session } from '@atoll/tls/session';
import { describe, expect, it } from 'vitest';
import type { Role } from './kit/forge.ts';
import { ANYBODY, known, note, nothingYet, SECRET, World } from './kit/world.ts';

/** What somebody shows in a role, and the alert that it gets. */
const INTRUDERS: readonly (readonly [
  what: string,
  credentials: (world: World, role: Role) => Credentials,
  alert: string,
])[] = [
  ['a certificate that signed itself', ({ forge }, role) => forge.selfSigned(role), 'unknown_ca'],
  [
    'one of an authority with the same name',
    ({ forge }, role) => forge.namesake(role),
    'bad_certificate',
  ],
  [
    'one for the other role',
    ({ forge }, role) => forge.genuine(other(role)),
    'unsupported_certificate',
  ],
  ['one that expired', ({ forge }, role) => forge.expired(role), 'certificate_expired'],
  ['one that is not valid yet', ({ forge }, role) => forge.early(role), 'certificate_expired'],
  ['a forged chain', ({ forge }, role) => forge.forgedChain(role), 'bad_certificate'],
  ['one that a peer signed', ({ forge }, role) => forge.byPeer(role), 'bad_certificate'],
  ['a good one, without its key', ({ forge }, role) => forge.stolen(role), 'decrypt_error'],
];

describe('as a server', () => {
  it('refuses a client without a certificate', () => {
    const ended = asClient(new World(), undefined);
    expect(ended).toMatchObject({ received: '', failure: 'the peer sent certificate_required' });
  });

  it.each(INTRUDERS)('refuses %s', (_, credentials, alert) => {
    const world = new World();
    const ended = asClient(world, credentials(world, 'client'));
    expect(ended).toMatchObject({ received: '', failure: `the peer sent ${alert}` });
  });

  it('opens for what its authority signed', () => {
    const world = new World();
    const ended = asClient(world, world.forge.genuine('client'));
    expect(ended).toMatchObject({ received: SECRET, failure: undefined, reason: 'finished' });
  });

  it('gives no tickets, and knows none', () => {
    const world = new World();
    const sessions: Session[] = [];
    const keep = (session: Session) => sessions.push(session);
    asClient(world, world.forge.genuine('client'), { onSession: keep });
    expect(sessions).toHaveLength(0);
    // Those of the page are for the page.
    expect(asClient(world, undefined, { port: 443, onSession: keep }).isConnected).toBe(true);
    const [session] = sessions;
    expect(session).toBeDefined();
    const again = asClient(world, undefined, { port: 443, session });
    expect(again.resumed).toBe(true);
    const stolen = asClient(world, undefined, { session });
    expect(stolen).toMatchObject({ failure: 'the peer sent certificate_required', resumed: false });
    // Those of an earlier boot are nothing.
    const rebooted = asClient(new World(2), undefined, { port: 443, session });
    expect(rebooted).toMatchObject({ isConnected: true, resumed: false });
  });
});

describe('as a client', () => {
  it.each(INTRUDERS)('refuses %s', (_, credentials, alert) => {
    const world = new World();
    const ended = asServer(world, credentials(world, 'server'));
    expect(ended).toMatchObject({ received: '', failure: `the peer sent ${alert}` });
  });

  it('refuses the certificate of the page, which is for another name', () => {
    const world = new World();
    const names = [{ kind: 'dns', value: 'pinata.internal' } as const];
    const validity = { notBefore: world.now - 1000, notAfter: world.now + 1e9 };
    const page = world.authority.issue({ title: 'Page', role: 'server', names }, validity);
    expect(asServer(world, page)).toMatchObject({
      received: '',
      failure: 'the peer sent bad_certificate',
    });
  });

  it('opens for what its authority signed, and shows who it is', () => {
    const world = new World();
    const ended = asServer(world, world.forge.genuine('server'));
    expect(ended).toMatchObject({ received: SECRET, failure: undefined, reason: 'finished' });
  });
});

interface Attempt {
  readonly port?: number;
  readonly session?: Session | undefined;
  readonly onSession?: (session: Session) => void;
}

/** Connects to the bait, or to another port, and says how that went. */
function asClient(
  { attacker }: World,
  credentials: Credentials | undefined,
  { port = 10_000, session, onSession }: Attempt = {},
) {
  const ended = { ...nothingYet(), resumed: undefined as boolean | undefined };
  const config: ClientConfig = {
    ...known.tls,
    verifier: ANYBODY,
    ...(credentials && { credentials }),
  };
  const target = { serverName: 'server.pinata.internal', session };
  const open = note(ended);
  attacker.act(() => {
    const opening = attacker.tls.opening(
      config,
      target,
      (socket) => {
        const handler = open(socket);
        return {
          ...handler,
          onConnected() {
            handler.onConnected?.();
            ended.resumed = socket.connected?.resumed;
          },
        };
      },
      onSession ? { onSession } : {},
    );
    attacker.stack.tcp.connect(attacker.to(port), opening);
  });
  return ended;
}

/** Waits for its hello on a connection to port 10002, and says how that went. */
function asServer({ attacker }: World, credentials: Credentials) {
  const ended = nothingYet();
  const config: ServerConfig = {
    ...known.tls,
    credentials: () => [credentials],
    clients: { verifier: ANYBODY, required: true },
    tickets: new TicketKeys(known.aead),
  };
  attacker.act(() => {
    const hooks = {
      onFailure: ({ reason }: { reason: string }) => {
        ended.failure = reason;
      },
    };
    const serving = attacker.tls.serving(config, note(ended), hooks);
    attacker.stack.tcp.connect(attacker.to(10_002), serving);
  });
  return ended;
}

function other(role: Role): Role {
  return role === 'server' ? 'client' : 'server';
}
