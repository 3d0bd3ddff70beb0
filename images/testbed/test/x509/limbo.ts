import type { Certificate } from '@atoll/x509/certificate';
import { parseCertificate } from '@atoll/x509/certificate';
import { verifyChain } from '@atoll/x509/chain';
import type { PeerName } from '@atoll/x509/peer-name';
import { parsePem } from '@atoll/x509/pem';
import { strictProfile, webProfile } from '@atoll/x509/profile';
import { parseRevocationList } from '@atoll/x509/revocation-list';
import type { CertificateSignature } from '@atoll/x509/signature';

/** A case of x509-limbo, as far as it is used. */
export interface LimboCase {
  readonly id: string;
  readonly validation_kind: 'SERVER' | 'CLIENT';
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  readonly validation_time: string | null;
  readonly expected_result: 'SUCCESS' | 'FAILURE';
  readonly expected_peer_name: LimboName | null;
  readonly expected_peer_names: readonly LimboName[];
  readonly max_chain_depth: number | null;
  readonly crls: readonly string[];
}

interface LimboName {
  readonly kind: 'DNS' | 'IP' | 'RFC822';
  readonly value: string;
}

/** Cases without a time mean that of whoever runs them; their certificates are valid for centuries. */
const NOW = Date.UTC(2026, 10, 21);

/** Where we answer otherwise, and why; the README of x509 has the same table. */
export const MISSES: Readonly<Record<string, string>> = {
  'pathlen::validation-ignores-pathlen-in-leaf': 'its key may not sign handshakes',
  'rfc5280::ca-as-leaf': 'its key may not sign handshakes',
  'rfc5280::aki::cross-signed-root-missing-aki': 'accepted',
  'webpki::nc::nc-permits-dns-san-pattern': 'its common name is none of its alternative names',
  'webpki::san::exact-localhost-ip-san': 'its common name is none of its alternative names',
  'webpki::san::leftmost-wildcard-san': 'its common name is none of its alternative names',
};

/** What is wrong with the chain of the case; `undefined` when nothing is. */
export function runCase(
  limbo: LimboCase,
  signatures: readonly CertificateSignature[],
): string | undefined {
  const profile = /^(?:webpki|online)::/.test(limbo.id) ? webProfile : strictProfile;
  const parsed = certificate(limbo.peer_certificate);
  if (typeof parsed === 'string') return parsed;
  const names = limbo.expected_peer_name ? [limbo.expected_peer_name] : limbo.expected_peer_names;
  const lists = limbo.crls.map((pem) => parseRevocationList(only(pem)));
  const badList = lists.find((list) => !list.ok);
  if (badList?.ok === false) return badList.error.reason;
  const failure = [names.length === 0 ? undefined : names].flat().map((name) => {
    const result = verifyChain(parsed, certificates(limbo.untrusted_intermediates), {
      profile,
      roots: certificates(limbo.trusted_certs),
      signatures,
      role: limbo.validation_kind === 'SERVER' ? 'server' : 'client',
      now: limbo.validation_time === null ? NOW : Date.parse(limbo.validation_time),
      ...(name === undefined ? {} : { names: [peerName(name)] }),
      ...(limbo.max_chain_depth === null ? {} : { depth: limbo.max_chain_depth }),
      revocationLists: lists.flatMap((list) => (list.ok ? [list.value] : [])),
    });
    return result.ok ? undefined : `${result.error.rule}: ${result.error.reason}`;
  });
  return failure.find((reason) => reason !== undefined);
}

/** What cannot be parsed is as if it had not come. */
function certificates(pems: readonly string[]): Certificate[] {
  return pems.map(certificate).filter((parsed) => typeof parsed !== 'string');
}

function certificate(pem: string): Certificate | string {
  const parsed = parseCertificate(only(pem));
  return parsed.ok ? parsed.value : parsed.error.reason;
}

function only(pem: string): Uint8Array {
  const blocks = parsePem(pem);
  if (!blocks.ok) throw new Error(blocks.error.reason);
  return blocks.value[0].bytes;
}

function peerName({ kind, value }: LimboName): PeerName {
  if (kind === 'DNS') return { kind: 'dns', value };
  if (kind === 'RFC822') return { kind: 'email', value };
  return { kind: 'ip', value: address(value) };
}

function address(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.').map(Number));
  const [head, tail = ''] = text.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array(missing).fill('0'), ...groups(tail)];
  return Uint8Array.from(all.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16)]));
}
