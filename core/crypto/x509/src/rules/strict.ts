/** What RFC 5280 demands of conforming authorities, section by section. */
import { extensionOf } from '../extension.ts';
import type { GeneralName } from '../general-name.ts';
import { describeGeneralName } from '../general-name.ts';
import {
  AUTHORITY_INFO_ACCESS,
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  NAME_CONSTRAINTS,
  POLICY_CONSTRAINTS,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
} from '../oid.ts';
import { isHostName } from '../peer-name.ts';
import type { CertificateRule } from './rule.ts';

/** 4.1.2.2. Zero is the number of some well-known roots. */
const serialNumber: CertificateRule = ({ serial }, position) => {
  if (serial[0] >= 0x80) return 'its serial number is negative';
  const isZero = serial.length === 1 && serial[0] === 0;
  if (isZero && position !== 'root') return 'its serial number is zero';
  return serial.length > 20 ? 'its serial number has more than 20 octets' : undefined;
};

/** 4.2.1.1. Who signed a root does not matter, so that it may do without. */
const authorityKeyIdentifier: CertificateRule = ({ extensions }, position) => {
  if (extensionOf(extensions, AUTHORITY_KEY_IDENTIFIER)?.isCritical === true) {
    return 'its authority key identifier is critical';
  }
  return extensions.authorityKeyIdentifier?.keyIdentifier === undefined && position !== 'root'
    ? 'it has no authority key identifier'
    : undefined;
};

/** 4.2.1.2 */
const subjectKeyIdentifier: CertificateRule = ({ extensions }, position) => {
  const extension = extensionOf(extensions, SUBJECT_KEY_IDENTIFIER);
  if (extension?.isCritical === true) return 'its subject key identifier is critical';
  return extension === undefined && position !== 'peer'
    ? 'an authority has no subject key identifier'
    : undefined;
};

/** 4.2.1.3 and 4.2.1.9: who may sign certificates is an authority, and says so critically. */
const basicConstraints: CertificateRule = ({ extensions }, position) => {
  const isAuthority = extensions.basicConstraints?.isAuthority === true;
  if (extensions.keyUsage?.certificateSign === true && !isAuthority) {
    return 'its key may sign certificates, but it is not an authority';
  }
  const isCritical = extensionOf(extensions, BASIC_CONSTRAINTS)?.isCritical;
  return position !== 'peer' && isCritical === false
    ? 'its basic constraints are not critical'
    : undefined;
};

/** 4.2.1.6 */
const subjectAltName: CertificateRule = ({ subject, extensions }) => {
  const extension = extensionOf(extensions, SUBJECT_ALT_NAME);
  if (subject.parts.length === 0 && extension?.isCritical !== true) {
    return 'it has no subject, and no critical alternative names';
  }
  const bad = extensions.subjectAltName?.find((name) => !isProper(name));
  return bad && `it has ${describeGeneralName(bad)}, which is none of its form`;
};

/** RFC 9525, 2 and 6.3: a wildcard is all of the first label, and before at least two others. */
function isProper(name: GeneralName): boolean {
  if (name.kind !== 'dns') return true;
  const host = name.value.toLowerCase();
  const parent = host.startsWith('*.') ? host.slice(2) : undefined;
  return parent === undefined ? isHostName(host) : isHostName(parent) && parent.includes('.');
}

/** 4.2.1.10 */
const nameConstraints: CertificateRule = ({ extensions }) => {
  const extension = extensionOf(extensions, NAME_CONSTRAINTS);
  return extension !== undefined && extensions.basicConstraints?.isAuthority !== true
    ? 'it is not an authority, but has name constraints'
    : undefined;
};

/** 4.2.1.11 */
const policyConstraints: CertificateRule = ({ extensions }) =>
  extensionOf(extensions, POLICY_CONSTRAINTS)?.isCritical === false
    ? 'its policy constraints are not critical'
    : undefined;

/** 4.2.2.1 */
const authorityInfoAccess: CertificateRule = ({ extensions }) =>
  extensionOf(extensions, AUTHORITY_INFO_ACCESS)?.isCritical === true
    ? 'its authority information access is critical'
    : undefined;

export const strictRules: readonly CertificateRule[] = [
  serialNumber,
  authorityKeyIdentifier,
  subjectKeyIdentifier,
  basicConstraints,
  subjectAltName,
  nameConstraints,
  policyConstraints,
  authorityInfoAccess,
];

/** 4.2.1.10 too. The Baseline Requirements allow what this does not, so that it is no rule for the web. */
export const criticalNameConstraints: CertificateRule = ({ extensions }) =>
  extensionOf(extensions, NAME_CONSTRAINTS)?.isCritical === false
    ? 'its name constraints are not critical'
    : undefined;
