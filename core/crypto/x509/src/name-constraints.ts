import type { Certificate } from './certificate.ts';
import type { NameConstraints } from './extension.ts';
import type { GeneralName } from './general-name.ts';
import { describeGeneralName } from './general-name.ts';
import { isWithin, valuesOf } from './name.ts';
import { EMAIL_ADDRESS } from './oid.ts';
import { foldMailbox, isHostName, parentOf } from './peer-name.ts';

/**
 * Name constraints (RFC 5280, 4.2.1.10), of every form. Why a certificate below violates them;
 * `undefined` when it does not. `spend` is told of every comparison, and says whether there may be one more.
 */
export function violation(
  { permitted, excluded }: NameConstraints,
  names: readonly GeneralName[],
  spend: () => boolean,
): string | undefined {
  for (const name of names) {
    for (const base of excluded) {
      if (!spend()) return TOO_MANY;
      if (base.kind !== name.kind) continue;
      if (relation(name, base).mayTouch) return `${describeGeneralName(name)} is excluded`;
    }
    let isConstrained = false;
    let isPermitted = false;
    for (const base of permitted) {
      if (!spend()) return TOO_MANY;
      if (base.kind !== name.kind) continue;
      isConstrained = true;
      isPermitted ||= relation(name, base).isInside;
    }
    if (isConstrained && !isPermitted) return `${describeGeneralName(name)} is not permitted`;
  }
  return undefined;
}

/** All that constraints apply to: the subject, its mailboxes, and the alternative names. */
export function constrainedNames({ subject, extensions }: Certificate): readonly GeneralName[] {
  const names: GeneralName[] = [...(extensions.subjectAltName ?? [])];
  if (subject.parts.length > 0) names.push({ kind: 'directory', value: subject });
  for (const value of valuesOf(subject, EMAIL_ADDRESS)) names.push({ kind: 'email', value });
  return names;
}

/** What is wrong with constraints that no name could be compared with; they are those of an authority. */
export function malformation({ permitted, excluded }: NameConstraints): string | undefined {
  const bad = [...permitted, ...excluded].find((base) => !isBase(base));
  return bad && `name constraints have ${describeGeneralName(bad)}, which is none of its form`;
}

/**
 * How a name lies to a subtree: `isInside` when all that it stands for is within, `mayTouch` when something
 * may be. They differ for a wildcard, and for names that are not what their form says.
 */
interface Relation {
  readonly isInside: boolean;
  readonly mayTouch: boolean;
}

function relation(name: GeneralName, base: GeneralName): Relation {
  if (typeof name.value === 'string' && name.value.length > LONGEST) return UNKNOWN;
  if (name.kind === 'dns' && base.kind === 'dns') return hostRelation(name.value, base.value);
  if (name.kind === 'ip' && base.kind === 'ip') return both(isInNetwork(name.value, base.value));
  if (name.kind === 'directory' && base.kind === 'directory') {
    return both(isWithin(name.value, base.value));
  }
  if (name.kind === 'email' && base.kind === 'email') {
    return mailboxRelation(name.value, base.value);
  }
  if (name.kind === 'uri' && base.kind === 'uri') return uriRelation(name.value, base.value);
  // A form that is not interpreted: as RFC 5280 wants it, the certificate is refused.
  return UNKNOWN;
}

function hostRelation(name: string, base: string): Relation {
  const [host, tree] = [name.toLowerCase(), base.toLowerCase()];
  const isWildcard = host.startsWith('*.');
  const parent = isWildcard ? host.slice(2) : host;
  if (!isHostName(parent)) return UNKNOWN;
  const isInside = isSubdomain(parent, tree);
  // `*.example.com` is no subdomain of `a.example.com`, but may be used for it.
  return { isInside, mayTouch: isInside || (isWildcard && parentOf(tree) === parent) };
}

/** A network has the octets of an address, and a mask as long. */
function isInNetwork(address: Uint8Array, network: Uint8Array): boolean {
  const { length } = address;
  if (network.length !== 2 * length) return false;
  return address.every((octet, i) => ((octet ^ network[i]) & network[length + i]) === 0);
}

/** The base is a mailbox, the host of mailboxes, or with a dot in front the domain of hosts. */
function mailboxRelation(name: string, base: string): Relation {
  const mailbox = foldMailbox(name);
  const host = mailbox.slice(mailbox.lastIndexOf('@') + 1);
  if (!isMailbox(mailbox)) return UNKNOWN;
  if (base.includes('@')) return both(mailbox === foldMailbox(base));
  return both(isHostOrBelow(host, base.toLowerCase()));
}

/** The base is a host, or with a dot in front the domain of hosts. A URI without a host name is in no subtree. */
function uriRelation(uri: string, base: string): Relation {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@\\\s]*@)?([^/?#:@[\]]+)(?::\d*)?(?:[/?#]|$)/i
    .exec(uri)?.[1]
    .toLowerCase();
  if (host === undefined || !isHostName(host)) return UNKNOWN;
  return both(isHostOrBelow(host, base.toLowerCase()));
}

function isHostOrBelow(host: string, base: string): boolean {
  return base.startsWith('.') ? host.endsWith(base) : host === base;
}

function isSubdomain(host: string, tree: string): boolean {
  return tree === '' || host === tree || host.endsWith(`.${tree}`);
}

/** RFC 5321 without quoted local parts, which no one can compare by looking at them. */
function isMailbox(mailbox: string): boolean {
  const at = mailbox.lastIndexOf('@');
  if (at < 1 || at > 64) return false;
  return LOCAL_PART.test(mailbox.slice(0, at)) && isHostName(mailbox.slice(at + 1));
}

function isBase(base: GeneralName): boolean {
  switch (base.kind) {
    case 'dns':
      return base.value === '' || isHostName(base.value.toLowerCase());
    case 'email':
      return base.value.includes('@')
        ? isMailbox(foldMailbox(base.value))
        : isHostName(base.value.toLowerCase().replace(/^\./, ''));
    case 'uri':
      return isHostName(base.value.toLowerCase().replace(/^\./, ''));
    case 'ip':
      return isNetwork(base.value);
    default:
      return true;
  }
}

/** RFC 4632: the ones of the mask come first. */
function isNetwork(network: Uint8Array): boolean {
  if (network.length !== 8 && network.length !== 32) return false;
  const mask = [...network.subarray(network.length / 2)];
  return /^1*0*$/.test(mask.map((octet) => octet.toString(2).padStart(8, '0')).join(''));
}

function both(isSame: boolean): Relation {
  return { isInside: isSame, mayTouch: isSame };
}

const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;

/** Permitted by nothing, and excluded by everything of its form. */
const UNKNOWN: Relation = { isInside: false, mayTouch: true };
/** Characters: nobody has longer names, and each of them is compared with each constraint. */
const LONGEST = 2048;
const TOO_MANY = 'too many name constraints to compare';
