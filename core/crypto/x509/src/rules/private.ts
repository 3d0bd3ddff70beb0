/** What every profile asks for (RFC 5280, 4.1, 4.2 and 6.1.4). */

import { malformation } from '../name-constraints.ts';
import { describeKey } from '../public-key.ts';
import type { CertificateRule } from './rule.ts';

const knownExtensions: CertificateRule = ({ extensions }) => {
  const unknown = extensions.list.find(({ isCritical, isKnown }) => isCritical && !isKnown);
  return unknown && `critical extension ${unknown.id} is not known`;
};

const issuer: CertificateRule = ({ issuer: { parts } }) =>
  parts.length === 0 ? 'the issuer has no name' : undefined;

const authority: CertificateRule = ({ subject, extensions }, position) => {
  if (position === 'peer') return undefined;
  if (subject.parts.length === 0) return 'an authority has no name';
  const { basicConstraints, keyUsage } = extensions;
  if (basicConstraints?.isAuthority !== true) return 'it is not an authority';
  if (keyUsage?.certificateSign === false) return 'its key may not sign certificates';
  return undefined;
};

/** TLS uses the keys of peers to sign and nothing else, in all that we offer. */
const signingKey: CertificateRule = ({ extensions: { keyUsage } }, position) =>
  position === 'peer' && keyUsage?.digitalSignature === false
    ? 'its key may not sign handshakes'
    : undefined;

const usableKey: CertificateRule = ({ publicKey }) =>
  publicKey.kind === 'other' ? `keys of ${describeKey(publicKey)} are not supported` : undefined;

const nameConstraints: CertificateRule = ({ extensions: { nameConstraints } }) =>
  nameConstraints && malformation(nameConstraints);

export const privateRules: readonly CertificateRule[] = [
  knownExtensions,
  issuer,
  authority,
  signingKey,
  usableKey,
  nameConstraints,
];
