import { compareBytes } from '@atoll/asn1/reader';
import type { Extensions } from './extension.ts';
import type { GeneralName } from './general-name.ts';
import { ipOctets } from './ip-address.ts';

/** Whom we mean to talk to: what RFC 9525 calls a reference identifier. */
export type PeerName =
  /** A host name in ASCII; internationalised ones as A-labels. */
  | { readonly kind: 'dns'; readonly value: string }
  /** 4 or 16 octets. */
  | { readonly kind: 'ip'; readonly value: Uint8Array }
  | { readonly kind: 'email'; readonly value: string };

/** Whom somebody means who writes `host`: an IP address, or else the name of a host. */
export function hostPeer(host: string): PeerName {
  const octets = ipOctets(host);
  return octets ? { kind: 'ip', value: octets } : { kind: 'dns', value: host };
}

/**
 * Whether the certificate is for the peer `name` (RFC 9525, 6). Only the subject alternative names count: a
 * common name is text for people. A name that is no host name matches nothing.
 */
export function isFor({ subjectAltName }: Extensions, name: PeerName): boolean {
  return subjectAltName?.some((presented) => isSame(presented, name)) === true;
}

function isSame(presented: GeneralName, name: PeerName): boolean {
  if (presented.kind === 'ip' && name.kind === 'ip') {
    return compareBytes(presented.value, name.value) === 0;
  }
  if (presented.kind === 'dns' && name.kind === 'dns') {
    return matchesHost(presented.value.toLowerCase(), hostOf(name.value));
  }
  if (presented.kind !== 'email' || name.kind !== 'email') return false;
  return foldMailbox(presented.value) === foldMailbox(name.value);
}

/** `host` is of a peer: lower case, without the dot at the end. */
function matchesHost(presented: string, host: string): boolean {
  if (!isHostName(host)) return false;
  if (!presented.startsWith('*.')) return presented === host;
  // The wildcard is the whole first label, stands for exactly one label, and not before a top-level domain.
  const parent = presented.slice(2);
  return parent.includes('.') && isHostName(parent) && parentOf(host) === parent;
}

/** `example.com` of `www.example.com`. */
export function parentOf(host: string): string {
  const dot = host.indexOf('.');
  return dot < 0 ? '' : host.slice(dot + 1);
}

function hostOf(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/**
 * Whether `name`, in lower case, is in the preferred syntax (RFC 1034, 3.5, and RFC 1123, 2.1): letters,
 * digits and hyphens. The last label is not all digits, so that no IP address is a host name.
 */
export function isHostName(name: string): boolean {
  if (name.length === 0 || name.length > 253) return false;
  const labels = name.split('.');
  return labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels[labels.length - 1]);
}

/** The domain of a mailbox does not depend on case, what is before it does. */
export function foldMailbox(mailbox: string): string {
  const at = mailbox.lastIndexOf('@');
  return mailbox.slice(0, at + 1) + mailbox.slice(at + 1).toLowerCase();
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
