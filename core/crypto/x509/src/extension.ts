import type { BitString, DerReader } from '@atoll/asn1/reader';
import { hasBit } from '@atoll/asn1/reader';
import { contextConstructed, contextPrimitive, OCTET_STRING } from '@atoll/asn1/tag';
import type { GeneralName } from './general-name.ts';
import { readGeneralName } from './general-name.ts';
import {
  AUTHORITY_INFO_ACCESS,
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  CERTIFICATE_POLICIES,
  EXTENDED_KEY_USAGE,
  INHIBIT_ANY_POLICY,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  POLICY_CONSTRAINTS,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
} from './oid.ts';

/** What the extensions of a certificate say (RFC 5280, 4.2); `undefined` where there is none. */
export interface Extensions {
  /** All of them, those too that are not interpreted. */
  readonly list: readonly Extension[];
  readonly basicConstraints?: BasicConstraints;
  readonly keyUsage?: KeyUsage;
  /** Object identifiers. */
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectAltName?: readonly GeneralName[];
  readonly nameConstraints?: NameConstraints;
  readonly subjectKeyIdentifier?: Uint8Array;
  readonly authorityKeyIdentifier?: AuthorityKeyIdentifier;
  /** Object identifiers; qualifiers are for people. */
  readonly policies?: readonly string[];
  readonly policyConstraints?: PolicyConstraints;
  /** How many certificates may follow that still have anyPolicy count. */
  readonly inhibitAnyPolicy?: number;
}

export interface Extension {
  readonly id: string;
  readonly isCritical: boolean;
  /** Whether its meaning is in {@link Extensions}, or known to be harmless. */
  readonly isKnown: boolean;
}

export interface BasicConstraints {
  readonly isAuthority: boolean;
  /** How many certificates of authorities may follow. */
  readonly pathLength: number | undefined;
}

/** The bits of RFC 5280, 4.2.1.3 that a verifier asks for. */
export interface KeyUsage {
  readonly digitalSignature: boolean;
  readonly certificateSign: boolean;
  readonly listSign: boolean;
}

export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Uint8Array | undefined;
  /** Whether it names the issuer's certificate by its issuer or its serial number, which says nothing that counts. */
  readonly hasIssuer: boolean;
}

export interface PolicyConstraints {
  /** How many certificates may follow without a policy that all have; `undefined`: all. */
  readonly requireExplicitPolicy: number | undefined;
}

/** The extension `id`, when it is there. */
export function extensionOf({ list }: Extensions, id: string): Extension | undefined {
  return list.find((extension) => extension.id === id);
}

/** `Extensions`: at least one, none twice (RFC 5280, 4.2). */
export function readExtensions(reader: DerReader): Extensions {
  const known: Known = {};
  const ids = new Set<string>();
  const list = reader.sequenceOf((item) =>
    item.sequence((inner) => {
      const id = inner.oid();
      if (ids.has(id)) inner.fail(`extension ${id} twice`);
      ids.add(id);
      const isCritical = inner.flag();
      const read = READERS[id];
      if (read === undefined) inner.octetString();
      else inner.within(OCTET_STRING, (value) => read(value, known));
      return { id, isCritical, isKnown: read !== undefined };
    }),
  );
  return { ...known, list };
}

type Known = { -readonly [K in keyof Omit<Extensions, 'list'>]: Extensions[K] };

const READERS: Readonly<Record<string, (reader: DerReader, known: Known) => void>> = {
  [BASIC_CONSTRAINTS]: (reader, known) => {
    known.basicConstraints = reader.sequence(readBasicConstraints);
  },
  [KEY_USAGE]: (reader, known) => {
    known.keyUsage = keyUsageOf(reader.namedBits());
  },
  [EXTENDED_KEY_USAGE]: (reader, known) => {
    known.extendedKeyUsage = reader.sequenceOf((item) => item.oid());
  },
  [SUBJECT_ALT_NAME]: (reader, known) => {
    known.subjectAltName = reader.sequenceOf(readAlternative);
  },
  [NAME_CONSTRAINTS]: (reader, known) => {
    known.nameConstraints = reader.sequence(readNameConstraints);
  },
  [SUBJECT_KEY_IDENTIFIER]: (reader, known) => {
    known.subjectKeyIdentifier = reader.octetString();
  },
  [AUTHORITY_KEY_IDENTIFIER]: (reader, known) => {
    known.authorityKeyIdentifier = reader.sequence(readAuthorityKeyIdentifier);
  },
  [CERTIFICATE_POLICIES]: (reader, known) => {
    known.policies = reader.sequenceOf((item) => item.sequence(readPolicy));
    if (new Set(known.policies).size < known.policies.length) reader.fail('a policy twice');
  },
  [POLICY_CONSTRAINTS]: (reader, known) => {
    known.policyConstraints = reader.sequence(readPolicyConstraints);
  },
  [INHIBIT_ANY_POLICY]: (reader, known) => {
    known.inhibitAnyPolicy = reader.small(LARGEST_COUNT);
  },
  // Nothing is fetched from there, but it has to be well-formed.
  [AUTHORITY_INFO_ACCESS]: (reader) => {
    reader.sequenceOf((item) =>
      item.sequence((inner) => {
        inner.oid();
        readGeneralName(inner);
      }),
    );
  },
};

function readBasicConstraints(reader: DerReader): BasicConstraints {
  const isAuthority = reader.flag();
  const pathLength = reader.more ? reader.small(LARGEST_COUNT) : undefined;
  if (pathLength !== undefined && !isAuthority) reader.fail('a path length without an authority');
  return { isAuthority, pathLength };
}

function keyUsageOf(bits: BitString): KeyUsage {
  return {
    digitalSignature: hasBit(bits, 0),
    certificateSign: hasBit(bits, 5),
    listSign: hasBit(bits, 6),
  };
}

function readAlternative(reader: DerReader): GeneralName {
  const name = readGeneralName(reader);
  if (name.kind === 'ip' && name.value.length !== 4 && name.value.length !== 16) {
    reader.fail(`an IP address of ${name.value.length} octets`);
  }
  return name;
}

function readNameConstraints(reader: DerReader): NameConstraints {
  const read = (number: number) => {
    const tag = contextConstructed(number);
    return reader.follows(tag) ? reader.sequenceOf(readSubtree, tag) : [];
  };
  const permitted = read(0);
  const excluded = read(1);
  if (permitted.length + excluded.length === 0) reader.fail('name constraints without any');
  return { permitted, excluded };
}

/** RFC 5280, 4.2.1.10: the minimum is 0, which DER leaves out, and there is no maximum. */
function readSubtree(reader: DerReader): GeneralName {
  return reader.sequence(readGeneralName);
}

function readAuthorityKeyIdentifier(reader: DerReader): AuthorityKeyIdentifier {
  const keyIdentifier = reader.follows(contextPrimitive(0))
    ? reader.octetString(contextPrimitive(0))
    : undefined;
  const issuer = contextConstructed(1);
  const hasIssuer = reader.follows(issuer);
  if (hasIssuer) reader.sequenceOf(readGeneralName, issuer);
  const hasSerial = reader.follows(contextPrimitive(2));
  if (hasSerial) reader.integer(contextPrimitive(2));
  if (hasSerial !== hasIssuer)
    reader.fail('an issuer without serial number, or one without the other');
  return { keyIdentifier, hasIssuer };
}

function readPolicy(reader: DerReader): string {
  const policy = reader.oid();
  if (reader.more) reader.sequenceOf((item) => item.skip());
  return policy;
}

function readPolicyConstraints(reader: DerReader): PolicyConstraints {
  const read = (number: number) => {
    const tag = contextPrimitive(number);
    return reader.follows(tag) ? reader.small(LARGEST_COUNT, tag) : undefined;
  };
  const requireExplicitPolicy = read(0);
  const inhibitPolicyMapping = read(1);
  if (requireExplicitPolicy === undefined && inhibitPolicyMapping === undefined) {
    reader.fail('policy constraints without any');
  }
  return { requireExplicitPolicy };
}

/** More than any chain is long. */
const LARGEST_COUNT = 0xffff_ffff;
