/** Handshakes of TLS 1.2 that go well, as a spectator sees them. */
import type { ClientConfig, Target } from '../../src/client/config.ts';
import { CONTENT } from '../../src/record.ts';
import type { ServerConfig } from '../../src/server/config.ts';
import { TicketKeys } from '../../src/server/ticket.ts';
import { tls12Client } from '../../src/tls12/client.ts';
import { tls12Server } from '../../src/tls12/server.ts';
import type { EcdheSuite } from '../../src/tls12/suite.ts';
import { join } from '../join.ts';
import { Pair, sessionOf } from '../kit.ts';
import type { Letter, Role } from '../sequences.ts';
import { plainRecord, TOY, toyCredentials } from '../toy.ts';

export interface Scenario12 {
  readonly name: string;
  readonly client: Partial<ClientConfig>;
  readonly server: Partial<ServerConfig>;
  readonly target: Target;
}

/** Handshakes of all kinds with `suite`. */
export function scenarios12(suite: EcdheSuite): Scenario12[] {
  const groups = [TOY.x25519];
  const client = { suites: [], tls12: tls12Client([suite]), groups, verifier: TOY.verifier };
  const server = {
    suites: [],
    tls12: tls12Server([suite]),
    groups,
    credentials: () => [toyCredentials('server')],
  };
  const giving = { ...server, tickets: new TicketKeys(TOY.suite.aead) };
  const asking = (required: boolean) => ({
    ...server,
    // Not the same handshake with and without, up to the client's Certificate.
    credentials: () => [toyCredentials(required ? 'strict server' : 'server')],
    clients: { verifier: TOY.verifier, required },
  });
  const known = { ...client, credentials: toyCredentials('client') };
  const target: Target = { serverName: 'host' };
  const session = sessionOf(new Pair(client, giving, target).run().client);
  return [
    { name: 'a full handshake', client, server, target },
    { name: 'a handshake with a ticket', client, server: giving, target },
    { name: 'a resumption', client, server: giving, target: { ...target, session } },
    { name: 'a certificate of the client', client: known, server: asking(true), target },
    { name: 'a client without a certificate', client, server: asking(false), target },
  ];
}

/** What `from` sends in a handshake like `scenario`, whose records have no keys that matter. */
export function stepsOf({ client, server, target }: Scenario12, from: Role): Letter[] {
  const { flights } = new Pair(client, server, target).run();
  const steps: Letter[] = [];
  let isSealed = false;
  for (const flight of flights) {
    if (flight.from !== from) continue;
    const { bytes } = flight;
    for (let at = 0; at < bytes.length; ) {
      const end = at + 5 + ((bytes[at + 3] << 8) | bytes[at + 4]);
      if (bytes[at] === CONTENT.CHANGE_CIPHER_SPEC) {
        isSealed = true;
        steps.push({ name: CHANGE });
      } else {
        const content = bytes.slice(at + 5, end);
        steps.push(...messagesIn(isSealed ? content.slice(8, -16) : content));
      }
      at = end;
    }
  }
  return steps;
}

function messagesIn(content: Uint8Array): Letter[] {
  const steps: Letter[] = [];
  for (let at = 0; at < content.length; ) {
    const end = at + 4 + ((content[at + 2] << 8) | content[at + 3]);
    const message = content.slice(at, end);
    steps.push({ name: nameOf(message), message });
    at = end;
  }
  return steps;
}

function nameOf(message: Uint8Array): string {
  const name = NAMES.get(message[0]);
  if (name === undefined) throw new Error(`message ${message[0]}`);
  return name === 'Certificate' && message.length === 7 ? 'empty Certificate' : name;
}

/** A record of TLS 1.2 with keys that all have. */
export function sealedRecord12(type: number, content: Uint8Array): Uint8Array {
  return plainRecord(type, join(new Uint8Array(8), content, new Uint8Array(16)));
}

export const CHANGE = 'ChangeCipherSpec';

const NAMES = new Map([
  [1, 'ClientHello'],
  [2, 'ServerHello'],
  [4, 'NewSessionTicket'],
  [11, 'Certificate'],
  [12, 'ServerKeyExchange'],
  [13, 'CertificateRequest'],
  [14, 'ServerHelloDone'],
  [15, 'CertificateVerify'],
  [16, 'ClientKeyExchange'],
  [20, 'Finished'],
]);
