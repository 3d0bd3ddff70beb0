import type { Certificate } from '../src/certificate.ts';
import { parseCertificate } from '../src/certificate.ts';
import { verifyChain } from '../src/chain.ts';
import type { PeerName } from '../src/peer-name.ts';
import { parsePem } from '../src/pem.ts';
import type { Profile } from '../src/profile.ts';
import { parseRevocationList } from '../src/revocation-list.ts';
import { SIGNATURES } from './signatures.ts';

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

/** What is wrong with the chain of the case; `undefined` when nothing is. */
export function runCase(limbo: LimboCase, profile: Profile, now: number): string | undefined {
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
      signatures: SIGNATURES,
      role: limbo.validation_kind === 'SERVER' ? 'server' : 'client',
      now: limbo.validation_time === null ? now : Date.parse(limbo.validation_time),
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
