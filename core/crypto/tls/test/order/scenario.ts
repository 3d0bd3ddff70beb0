/** Handshakes that go well, as a spectator sees them. */
import type { ClientConfig, Target } from '../../src/client/config.ts';
import { CONTENT } from '../../src/record.ts';
import type { ServerConfig } from '../../src/server/config.ts';
import { ReplayGuard } from '../../src/server/early.ts';
import { TicketKeys } from '../../src/server/ticket.ts';
import type { CipherSuite } from '../../src/suite.ts';
import { Pair, sessionOf } from '../kit.ts';
import { contentsOf, messagesOf, TOY, toyCredentials } from '../toy.ts';

export interface Scenario {
  readonly name: string;
  readonly client: Partial<ClientConfig>;
  /** Anew for each handshake: it may remember hellos. */
  readonly server: () => Partial<ServerConfig>;
  readonly target: Target;
  /** What each end gets, message by message. */
  readonly toServer: readonly Uint8Array[];
  readonly toClient: readonly Uint8Array[];
}

/** Handshakes of all kinds with `suite`. */
export function scenariosWith(suite: CipherSuite): Scenario[] {
  const groups = [TOY.x25519, TOY.p256];
  const client = { suites: [suite], groups, verifier: TOY.verifier };
  const tickets = new TicketKeys(suite.aead);
  const credentials = () => [toyCredentials('server')];
  const server = { suites: [suite], groups, credentials, tickets };
  const retrying = { ...server, groups: [TOY.p256] };
  const asking = (required: boolean) => ({
    ...server,
    // Not the same handshake with and without, up to the client's Certificate.
    credentials: () => [toyCredentials(required ? 'strict server' : 'server')],
    clients: { verifier: TOY.verifier, required },
  });
  const early = () => ({ ...server, earlyData: { most: 100, guard: new ReplayGuard() } });
  const known = { ...client, credentials: toyCredentials('client') };
  const host: Target = { serverName: 'host' };
  const session = sessionOf(new Pair(client, early()).run().client);
  const resuming: Target = { ...host, session };
  const hasty: Target = { ...resuming, earlyData: Uint8Array.of(1, 2, 3) };
  return [
    scenario('a full handshake', client, () => server, host),
    scenario('a HelloRetryRequest', client, () => retrying, host),
    scenario('a resumption', client, () => server, resuming),
    scenario('a resumption after a HelloRetryRequest', client, () => retrying, resuming),
    scenario('a certificate of the client', known, () => asking(true), host),
    scenario('a client without a certificate', client, () => asking(false), host),
    scenario('early data', client, early, hasty),
    scenario('early data in vain', client, () => server, hasty),
    scenario('early data before a HelloRetryRequest', client, () => retrying, hasty),
  ];
}

function scenario(
  name: string,
  client: Partial<ClientConfig>,
  server: () => Partial<ServerConfig>,
  target: Target,
): Scenario {
  const { flights } = new Pair(client, server(), target).run();
  const sentBy = (end: 'client' | 'server') =>
    flights.filter(({ from }) => from === end).flatMap(({ bytes }) => messagesIn(bytes));
  return { name, client, server, target, toServer: sentBy('client'), toClient: sentBy('server') };
}

function messagesIn(flight: Uint8Array): Uint8Array[] {
  return contentsOf(flight)
    .filter(({ type }) => type === CONTENT.HANDSHAKE)
    .flatMap(({ content }) => messagesOf(content));
}
