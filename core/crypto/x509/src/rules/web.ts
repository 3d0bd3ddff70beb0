/** What the Baseline Requirements of the CA/Browser Forum add, by their sections. */
import { compareBytes } from '@atoll/asn1/reader';
import { bitLength } from '@atoll/primitives/rsa';
import { extensionOf } from '../extension.ts';
import { generalNameText } from '../general-name.ts';
import { valuesOf } from '../name.ts';
import {
  ANY_EXTENDED_KEY_USAGE,
  COMMON_NAME,
  EXTENDED_KEY_USAGE,
  SUBJECT_ALT_NAME,
} from '../oid.ts';
import { describeKey } from '../public-key.ts';
import type { CertificateRule } from './rule.ts';

/** 7.1.1 */
const version: CertificateRule = ({ version: number }) =>
  number === 3 ? undefined : `it is of version ${number}`;

/** 6.1.5 and 7.1.3.1 */
const key: CertificateRule = ({ publicKey }) => {
  if (publicKey.kind === 'ec') return undefined;
  const bits = publicKey.kind === 'rsa' ? bitLength(publicKey.modulus) : 0;
  return bits >= 2048 && bits % 8 === 0 ? undefined : `its key is ${describeKey(publicKey)}`;
};

/** 7.1.2.7.8 */
const subscriber: CertificateRule = ({ extensions: { basicConstraints } }, position) =>
  position === 'peer' && basicConstraints?.isAuthority === true
    ? 'an authority is no server'
    : undefined;

/** 7.1.2.7.12 */
const subjectAltName: CertificateRule = ({ subject, extensions }, position) => {
  if (position !== 'peer') return undefined;
  const extension = extensionOf(extensions, SUBJECT_ALT_NAME);
  if (extension === undefined) return 'it has no alternative names';
  return extension.isCritical && subject.parts.length > 0
    ? 'its alternative names are critical beside a subject'
    : undefined;
};

/** 7.1.4.3: a common name repeats one of the alternative names, to the letter. */
const commonName: CertificateRule = ({ subject, extensions }, position) => {
  if (position !== 'peer') return undefined;
  const names = new Set(extensions.subjectAltName?.map(generalNameText));
  const isOther = valuesOf(subject, COMMON_NAME).some((name) => !names.has(name));
  return isOther ? 'its common name is none of its alternative names' : undefined;
};

/** 7.1.2.7.10 and 7.1.2.1.2 */
const extendedKeyUsage: CertificateRule = ({ extensions }, position) => {
  const purposes = extensions.extendedKeyUsage;
  if (position === 'root') return purposes && 'a root has an extended key usage';
  if (position !== 'peer') return undefined;
  if (purposes === undefined) return 'it has no extended key usage';
  if (purposes.includes(ANY_EXTENDED_KEY_USAGE)) return 'it is for any purpose';
  return extensionOf(extensions, EXTENDED_KEY_USAGE)?.isCritical === true
    ? 'its extended key usage is critical'
    : undefined;
};

/** 7.1.2.11.1 */
const authorityKeyIdentifier: CertificateRule = ({ extensions }, position) => {
  const identifier = extensions.authorityKeyIdentifier;
  if (identifier === undefined) return undefined;
  const { keyIdentifier, hasIssuer } = identifier;
  if (keyIdentifier === undefined || hasIssuer) {
    return 'its authority key identifier has not the one of a key alone';
  }
  const own = extensions.subjectKeyIdentifier;
  return position === 'root' && own !== undefined && compareBytes(own, keyIdentifier) !== 0
    ? 'a root has not signed itself, says its authority key identifier'
    : undefined;
};

export const webRules: readonly CertificateRule[] = [
  version,
  key,
  subscriber,
  subjectAltName,
  commonName,
  extendedKeyUsage,
  authorityKeyIdentifier,
];
