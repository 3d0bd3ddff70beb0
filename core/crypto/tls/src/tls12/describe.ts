import { describeMessage, line, some } from '../describe.ts';
import { HANDSHAKE } from '../frame.ts';
import type { ServerHello } from '../hello.ts';
import { parseMessage } from '../message.ts';
import { GROUPS, nameOf, SCHEMES, SUITES } from '../names.ts';
import { HELLO_ANSWER12 } from './extension.ts';
import { type Message12, parseMessage12 } from './message.ts';
import { ECDHE_SUITES } from './suite.ts';

/** One line about a message of TLS 1.2. */
export function describe12(bytes: Uint8Array): string {
  const parsed = parseMessage12(bytes);
  return parsed.ok ? describeMessage12(parsed.value) : parsed.error.reason;
}

/** One line about a message of a handshake that may be of TLS 1.2 or TLS 1.3. */
export function describeEither(bytes: Uint8Array): string {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) return parsed.error.reason;
  const message = parsed.value;
  const is12 = message.type === HANDSHAKE.SERVER_HELLO && isEcdhe(message);
  return is12 ? describeMessage12(message) : describeMessage(message, ALL_SUITES);
}

/** One line for logs and traces: `ServerKeyExchange x25519, ecdsa_secp256r1_sha256`. */
export function describeMessage12(message: Message12): string {
  switch (message.type) {
    case HANDSHAKE.HELLO_REQUEST:
      return 'HelloRequest';
    case HANDSHAKE.SERVER_HELLO: {
      const suite = nameOf(ALL_SUITES, message.suite);
      return line(`ServerHello ${suite}`, HELLO_ANSWER12, message.extensions);
    }
    case HANDSHAKE.CERTIFICATE:
      return `Certificate ${message.chain.map(({ length }) => `${length} bytes`).join(', ') || 'none'}`;
    case HANDSHAKE.SERVER_KEY_EXCHANGE:
      return `ServerKeyExchange ${nameOf(GROUPS, message.group)}, ${nameOf(SCHEMES, message.scheme)}`;
    case HANDSHAKE.CERTIFICATE_REQUEST:
      return `CertificateRequest ${some(message.signatureSchemes, (scheme) => nameOf(SCHEMES, scheme))}`;
    case HANDSHAKE.SERVER_HELLO_DONE:
      return 'ServerHelloDone';
    case HANDSHAKE.CLIENT_KEY_EXCHANGE:
      return `ClientKeyExchange of ${message.key.length} bytes`;
    case HANDSHAKE.NEW_SESSION_TICKET:
      return `NewSessionTicket of ${message.ticket.length} bytes for ${message.lifetime} s`;
    default:
      return describeMessage(message, ALL_SUITES);
  }
}

function isEcdhe({ suite }: ServerHello): boolean {
  return [...ECDHE_SUITES.values()].includes(suite);
}

const ALL_SUITES: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ...SUITES,
  ...ECDHE_SUITES,
]);
