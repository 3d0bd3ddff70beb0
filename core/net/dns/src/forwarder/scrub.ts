import type { CacheQuestion, Resolved } from '../cache.ts';
import type { Message, ResourceRecord } from '../message.ts';
import { canonicalName, isSubdomain, type Name, nameAt } from '../name.ts';
import { RCODE, TYPE } from '../type.ts';
import { CHAIN_LIMIT } from '../zone.ts';

/** What is left of a response, or why nothing is. */
export type Scrubbed =
  | { readonly kind: 'answer'; readonly answer: Resolved }
  /** The chain of CNAMEs never ends, or is too long. */
  | { readonly kind: 'loop' }
  /** The server does not resolve for us: it refers to others, or contradicts itself. */
  | { readonly kind: 'lame' };

/**
 * Takes from a response (NOERROR or NXDOMAIN, to `question`, whose name is canonical) what answers the
 * question: the chain of CNAMEs from its name with the DNAMEs that made them, and the records at its
 * end; the SOA record of a denial; with DO, the signatures and denials of existence that belong to
 * these. All else is dropped, since nobody asked for it and anybody may have put it there.
 */
export function scrub(response: Message, question: CacheQuestion, trustAd: boolean): Scrubbed {
  const chain = followChain(response.answers, question);
  if (chain === undefined) return { kind: 'loop' };
  const nameError = response.rcode === RCODE.NXDOMAIN;
  if (nameError && chain.complete) return { kind: 'lame' };
  const soa = chain.complete ? undefined : authorityOf(response, chain.end);
  const direct = chain.records.length === 0;
  const empty = direct && !nameError && soa === undefined;
  if (empty && isReferral(response)) return { kind: 'lame' };
  const authorities = soa === undefined ? [] : [soa];
  if (question.dnssecOk) authorities.push(...proofs(response, soa));
  return {
    kind: 'answer',
    answer: {
      rcode: response.rcode,
      authoritative: false,
      authenticData: trustAd && response.authenticData,
      answers: chain.records,
      authorities,
      options: [],
      denies: chain.complete ? 'nothing' : nameError && direct ? 'name' : 'data',
    },
  };
}

interface Chain {
  readonly records: readonly ResourceRecord[];
  /** The name, canonical, at which the chain ends. */
  readonly end: Name;
  /** Whether there are records of the type asked for at its end. */
  readonly complete: boolean;
}

/** `undefined` when the chain loops or is too long. */
function followChain(
  answers: readonly ResourceRecord[],
  question: CacheQuestion,
): Chain | undefined {
  const byOwner = groupByOwner(answers, question.class);
  const records: ResourceRecord[] = [];
  let name = question.name;
  for (let length = 0; length <= CHAIN_LIMIT; length++) {
    const here = byOwner.get(name) ?? [];
    const wanted = here.filter((record) => record.type === question.type);
    if (wanted.length > 0) {
      records.push(...wanted.map((record) => owned(record, name, question)));
      records.push(...signatures(here, question));
      return { records, end: name, complete: true };
    }
    const alias = here.find((record) => record.type === TYPE.CNAME);
    const target = alias && nameAt(alias.data);
    if (alias === undefined || target === undefined) return { records, end: name, complete: false };
    records.push(...redirections(byOwner, name, question), owned(alias, name, question));
    records.push(...signatures(here, { ...question, type: TYPE.CNAME }));
    name = canonicalName(target);
  }
  return undefined;
}

function groupByOwner(
  answers: readonly ResourceRecord[],
  wantedClass: number,
): Map<Name, ResourceRecord[]> {
  const byOwner = new Map<Name, ResourceRecord[]>();
  for (const record of answers) {
    if (record.class !== wantedClass) continue;
    const owner = canonicalName(record.name);
    const there = byOwner.get(owner);
    if (there === undefined) byOwner.set(owner, [record]);
    else there.push(record);
  }
  return byOwner;
}

/** The DNAME records that `name` is below, with their signatures (RFC 6672). */
function redirections(
  byOwner: ReadonlyMap<Name, readonly ResourceRecord[]>,
  name: Name,
  question: CacheQuestion,
): ResourceRecord[] {
  const found: ResourceRecord[] = [];
  for (const [owner, records] of byOwner) {
    if (owner === name || !isSubdomain(name, owner)) continue;
    const dname = records.find((record) => record.type === TYPE.DNAME);
    if (dname === undefined) continue;
    found.push(dname, ...signatures(records, { ...question, type: TYPE.DNAME }));
  }
  return found;
}

/** The question's own name as the client knows it; others as they came. */
function owned(record: ResourceRecord, name: Name, question: CacheQuestion): ResourceRecord {
  return name === question.name && record.name !== name ? { ...record, name } : record;
}

function signatures(
  records: readonly ResourceRecord[],
  question: CacheQuestion,
): readonly ResourceRecord[] {
  if (!question.dnssecOk || question.type === TYPE.RRSIG) return [];
  return records.filter((record) => covers(record, question.type));
}

/** Whether the record is a signature of RRsets of `type` (RFC 4034 section 3.1.1). */
function covers(record: ResourceRecord, type: number): boolean {
  const { data } = record;
  return record.type === TYPE.RRSIG && data.length > 1 && ((data[0] << 8) | data[1]) === type;
}

/** The SOA record that a denial of `name` comes with. */
function authorityOf(response: Message, name: Name): ResourceRecord | undefined {
  return response.authorities.find(
    (record) => record.type === TYPE.SOA && isSubdomain(name, record.name),
  );
}

/** NSEC and NSEC3 records with their signatures, and those of the SOA record. */
function proofs(response: Message, soa: ResourceRecord | undefined): readonly ResourceRecord[] {
  return response.authorities.filter(
    (record) =>
      record.type === TYPE.NSEC ||
      record.type === TYPE.NSEC3 ||
      covers(record, TYPE.NSEC) ||
      covers(record, TYPE.NSEC3) ||
      (soa !== undefined && covers(record, TYPE.SOA)),
  );
}

function isReferral(response: Message): boolean {
  return response.authorities.some((record) => record.type === TYPE.NS);
}
