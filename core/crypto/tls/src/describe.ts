import { ENCRYPTED_ANSWER, HELLO_ANSWER, REQUEST, RETRY_ANSWER, TICKET_ANSWER } from './answer.ts';
import { type Codecs, type Extension, readExtensions } from './extension.ts';
import { HANDSHAKE } from './frame.ts';
import { type ClientHello, isRetry, type ServerHello } from './hello.ts';
import type { Message } from './message.ts';
import { GROUPS, nameOf, SCHEMES, SUITES } from './names.ts';
import { OFFER } from './offer.ts';

/**
 * One line for logs and traces: `ServerHello TLS_AES_128_GCM_SHA256, version 0x0304, keyShare x25519`. `suites` has
 * the names of what clients offer.
 */
export function describeMessage(message: Message, suites = SUITES): string {
  switch (message.type) {
    case HANDSHAKE.CLIENT_HELLO:
      return describeClientHello(message, suites);
    case HANDSHAKE.SERVER_HELLO:
      return describeServerHello(message);
    case HANDSHAKE.NEW_SESSION_TICKET:
      return line(
        `NewSessionTicket of ${message.ticket.length} bytes for ${message.lifetime} s`,
        TICKET_ANSWER,
        message.extensions,
      );
    case HANDSHAKE.END_OF_EARLY_DATA:
      return 'EndOfEarlyData';
    case HANDSHAKE.ENCRYPTED_EXTENSIONS:
      return line('EncryptedExtensions', ENCRYPTED_ANSWER, message.extensions);
    case HANDSHAKE.CERTIFICATE:
      return `Certificate ${message.entries.map((entry) => `${entry.certificate.length} bytes`).join(', ') || 'none'}`;
    case HANDSHAKE.CERTIFICATE_REQUEST:
      return line('CertificateRequest', REQUEST, message.extensions);
    case HANDSHAKE.CERTIFICATE_VERIFY:
      return `CertificateVerify ${nameOf(SCHEMES, message.scheme)}`;
    case HANDSHAKE.FINISHED:
      return 'Finished';
    case HANDSHAKE.KEY_UPDATE:
      return message.requested ? 'KeyUpdate, asks for one' : 'KeyUpdate';
  }
}

function describeClientHello(
  { suites, extensions }: ClientHello,
  registry: ReadonlyMap<string, number>,
): string {
  const names = some(suites, (suite) => nameOf(registry, suite));
  return line(`ClientHello ${names}`, OFFER, extensions);
}

function describeServerHello(hello: ServerHello): string {
  const suite = nameOf(SUITES, hello.suite);
  if (isRetry(hello)) return line(`HelloRetryRequest ${suite}`, RETRY_ANSWER, hello.extensions);
  return line(`ServerHello ${suite}`, HELLO_ANSWER, hello.extensions);
}

/** `what`, and what `codecs` read in `extensions`. */
export function line<T>(what: string, codecs: Codecs<T>, extensions: readonly Extension[]): string {
  const read = readExtensions(codecs, extensions);
  if (!read.ok) return `${what}, ${read.error.reason}`;
  const parts = Object.entries(read.value).map(([key, value]) => `${key} ${describe(key, value)}`);
  return [what, ...parts].join(', ');
}

function describe(key: string, value: unknown): string {
  if (key === 'groups') return some(value as number[], (group) => nameOf(GROUPS, group));
  if (key === 'group') return nameOf(GROUPS, value as number);
  if (key === 'keyShare') return nameOf(GROUPS, (value as { group: number }).group);
  if (key === 'keyShares') {
    return some(value as { group: number }[], ({ group }) => nameOf(GROUPS, group));
  }
  if (key === 'signatureSchemes' || key === 'certificateSchemes') {
    return some(value as number[], (scheme) => nameOf(SCHEMES, scheme));
  }
  if (key === 'versions') {
    return some(value as number[], (version) => `0x${version.toString(16).padStart(4, '0')}`);
  }
  if (key === 'version') return `0x${(value as number).toString(16).padStart(4, '0')}`;
  if (key === 'protocols') return some(value as string[], (name) => JSON.stringify(name));
  if (key === 'preSharedKey' && typeof value === 'object') {
    return `of ${(value as { identities: unknown[] }).identities.length}`;
  }
  if (value instanceof Uint8Array) return `of ${value.length} bytes`;
  return Array.isArray(value) ? `of ${value.length}` : String(value);
}

/** The first few of `values`: what a peer sends shall not fill a log. */
export function some<T>(values: readonly T[], name: (value: T) => string): string {
  const names = values.slice(0, SHOWN).map(name).join(' ');
  return values.length > SHOWN ? `${names} and ${values.length - SHOWN} more` : names;
}

const SHOWN = 8;
