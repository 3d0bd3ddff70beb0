/** The extensions that we put into what we issue (RFC 5280, 4.2), in DER. */
import { contextConstructed, contextPrimitive } from '@atoll/asn1/tag';
import {
  boolean,
  element,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
} from '@atoll/asn1/writer';
import type { GeneralName } from './general-name.ts';
import { emitGeneralName } from './general-name.ts';
import {
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  CLIENT_AUTH,
  EXTENDED_KEY_USAGE,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  SERVER_AUTH,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
} from './oid.ts';

/** What tells keys apart, see {@link keyIdentifier}. */
export interface KeyIdentifiers {
  readonly own: Uint8Array;
  readonly issuer: Uint8Array;
}

export interface AuthorityTerms {
  /** How many authorities may stand below; any number when it is missing. */
  readonly pathLength?: number;
  readonly permitted?: readonly GeneralName[];
  readonly excluded?: readonly GeneralName[];
}

export interface PeerTerms {
  readonly names: readonly GeneralName[];
  readonly roles: readonly ('server' | 'client')[];
  /** Whether the subject is empty, so that the names are all there is. */
  readonly hasNoSubject?: boolean;
}

/** Of an authority: it signs certificates and revocation lists. */
export function authorityExtensions(
  keys: KeyIdentifiers,
  terms: AuthorityTerms = {},
): Uint8Array[] {
  const { pathLength, permitted = [], excluded = [] } = terms;
  const length = pathLength === undefined ? [] : [integer(pathLength)];
  const extensions = [
    emitExtension(BASIC_CONSTRAINTS, true, sequence(boolean(true), ...length)),
    emitExtension(KEY_USAGE, true, namedBits([CERTIFICATE_SIGN, LIST_SIGN])),
    ...identifierExtensions(keys),
  ];
  if (permitted.length + excluded.length > 0) {
    const subtrees = sequence(...emitSubtrees(0, permitted), ...emitSubtrees(1, excluded));
    extensions.push(emitExtension(NAME_CONSTRAINTS, true, subtrees));
  }
  return extensions;
}

/** Of a server, of a client, or of what is both: it signs handshakes. */
export function peerExtensions(keys: KeyIdentifiers, terms: PeerTerms): Uint8Array[] {
  const purposes = terms.roles.map((role) => oid(role === 'server' ? SERVER_AUTH : CLIENT_AUTH));
  const extensions = [
    emitExtension(KEY_USAGE, true, namedBits([DIGITAL_SIGNATURE])),
    emitExtension(EXTENDED_KEY_USAGE, false, sequence(...purposes)),
    ...identifierExtensions(keys),
  ];
  if (terms.names.length > 0) extensions.push(namesExtension(terms));
  return extensions;
}

export function namesExtension({
  names,
  hasNoSubject = false,
}: Omit<PeerTerms, 'roles'>): Uint8Array {
  const value = sequence(...names.map(emitGeneralName));
  return emitExtension(SUBJECT_ALT_NAME, hasNoSubject, value);
}

export function issuerIdentifierExtension(issuer: Uint8Array): Uint8Array {
  const value = sequence(element(contextPrimitive(0), issuer));
  return emitExtension(AUTHORITY_KEY_IDENTIFIER, false, value);
}

/** Any extension; `value` is DER. */
export function emitExtension(id: string, isCritical: boolean, value: Uint8Array): Uint8Array {
  return sequence(oid(id), ...(isCritical ? [boolean(true)] : []), octetString(value));
}

function identifierExtensions({ own, issuer }: KeyIdentifiers): Uint8Array[] {
  return [
    emitExtension(SUBJECT_KEY_IDENTIFIER, false, octetString(own)),
    issuerIdentifierExtension(issuer),
  ];
}

function emitSubtrees(number: number, names: readonly GeneralName[]): Uint8Array[] {
  if (names.length === 0) return [];
  const subtrees = names.map((name) => sequence(emitGeneralName(name)));
  return [element(contextConstructed(number), ...subtrees)];
}

/** Bits of KeyUsage (RFC 5280, 4.2.1.3). */
const DIGITAL_SIGNATURE = 0;
const CERTIFICATE_SIGN = 5;
const LIST_SIGN = 6;
