/**
 * Against the npm package dns-packet, in both directions, for what both know: it reads our compressed
 * messages and finds our values, and we read its messages and find the message that it was given.
 */

import { ipv4Text } from '@atoll/ipv4/address';
import { expect as unwrap } from '@atoll/result/result';
import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv6Text } from '../src/address.ts';
import type { Rdata } from '../src/layout.ts';
import { type Message, QUERY, type ResourceRecord } from '../src/message.ts';
import { type Name, nameText, parseName } from '../src/name.ts';
import { emitMessage, parseMessage } from '../src/packet.ts';
import { emitRdata } from '../src/rdata.ts';
import { CLASS, TYPE, typeText } from '../src/type.ts';
import { u8, u16, u32 } from './arbitrary.ts';

/** dns-packet has names as text without escapes, so these have letters and digits only. */
const host: fc.Arbitrary<Name> = fc
  .array(fc.constantFrom('a', 'www', 'mail', 'example', 'x'.repeat(63)), {
    minLength: 1,
    maxLength: 3,
  })
  .map((labels) => unwrap(parseName(`${labels.join('.')}.test`)));
const text = fc.string({ minLength: 1, maxLength: 20 }).filter((value) => /^[ -~]*$/.test(value));
const octets = fc.uint8Array({ minLength: 1, maxLength: 40 });
/** Not below ::/16, where it has an IPv4 address in the text. */
const globalAddress = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((address) => address.with(0, 0x20));
const plain = (name: Name) => nameText(name).slice(0, -1);
const buffer = (value: Uint8Array) => Buffer.from(value);

interface Pair<T extends number> {
  readonly type: T;
  readonly values: fc.Arbitrary<Rdata<T>>;
  readonly theirs: (values: Rdata<T>) => unknown;
}

function pair<T extends number>(
  type: T,
  values: { [K in keyof Rdata<T>]: fc.Arbitrary<Rdata<T>[K]> },
  theirs: (values: Rdata<T>) => unknown,
): Pair<number> {
  return { type, values: fc.record(values), theirs } as unknown as Pair<number>;
}

const PAIRS: readonly Pair<number>[] = [
  pair(TYPE.A, { address: u32 }, ({ address }) => ipv4Text(address)),
  pair(TYPE.AAAA, { address: globalAddress }, ({ address }) => ipv6Text(address)),
  pair(TYPE.NS, { target: host }, ({ target }) => plain(target)),
  pair(TYPE.CNAME, { target: host }, ({ target }) => plain(target)),
  pair(TYPE.PTR, { target: host }, ({ target }) => plain(target)),
  pair(TYPE.DNAME, { target: host }, ({ target }) => plain(target)),
  pair(TYPE.MX, { preference: u16, exchange: host }, (mx) => ({
    ...mx,
    exchange: plain(mx.exchange),
  })),
  pair(
    TYPE.SOA,
    {
      primary: host,
      mailbox: host,
      serial: u32,
      refresh: u32,
      retry: u32,
      expire: u32,
      minimum: u32,
    },
    ({ primary, mailbox, ...rest }) => ({ mname: plain(primary), rname: plain(mailbox), ...rest }),
  ),
  pair(TYPE.TXT, { strings: fc.array(text, { minLength: 1, maxLength: 3 }) }, ({ strings }) =>
    strings.map((value) => Buffer.from(value)),
  ),
  pair(TYPE.SRV, { priority: u16, weight: u16, port: u16, target: host }, (srv) => ({
    ...srv,
    target: plain(srv.target),
  })),
  pair(TYPE.HINFO, { cpu: text, os: text }, (hinfo) => hinfo),
  pair(TYPE.RP, { mailbox: host, text: host }, (rp) => ({
    mbox: plain(rp.mailbox),
    txt: plain(rp.text),
  })),
  pair(
    TYPE.CAA,
    { flags: fc.constantFrom(0, 128), tag: fc.constantFrom('issue', 'iodef'), value: text },
    (caa) => ({ ...caa, issuerCritical: caa.flags === 128 }),
  ),
  pair(
    TYPE.NAPTR,
    { order: u16, preference: u16, flags: text, services: text, regexp: text, replacement: host },
    (naptr) => ({ ...naptr, replacement: plain(naptr.replacement) }),
  ),
  pair(TYPE.DS, { keyTag: u16, algorithm: u8, digestType: u8, digest: octets }, (ds) => ({
    ...ds,
    digest: buffer(ds.digest),
  })),
  pair(
    TYPE.SSHFP,
    {
      algorithm: fc.constant(1),
      fingerprintType: fc.constant(1),
      fingerprint: fc.uint8Array({ minLength: 20, maxLength: 20 }),
    },
    (sshfp) => ({
      algorithm: sshfp.algorithm,
      hash: sshfp.fingerprintType,
      fingerprint: buffer(sshfp.fingerprint).toString('hex').toUpperCase(),
    }),
  ),
  pair(
    TYPE.TLSA,
    { usage: u8, selector: u8, matchingType: u8, data: octets },
    ({ data, ...rest }) => ({
      ...rest,
      certificate: buffer(data),
    }),
  ),
  pair(
    TYPE.DNSKEY,
    { flags: u16, protocol: fc.constant(3), algorithm: u8, publicKey: octets },
    (key) => ({ flags: key.flags, algorithm: key.algorithm, key: buffer(key.publicKey) }),
  ),
  pair(
    TYPE.RRSIG,
    {
      typeCovered: fc.constantFrom(TYPE.A, TYPE.SOA, TYPE.DNSKEY),
      algorithm: u8,
      labels: u8,
      originalTtl: u32,
      expiration: u32,
      inception: u32,
      keyTag: u16,
      signer: host,
      signature: octets,
    },
    ({ typeCovered, originalTtl, signer, signature, ...rest }) => ({
      ...rest,
      typeCovered: typeText(typeCovered),
      originalTTL: originalTtl,
      signersName: plain(signer),
      signature: buffer(signature),
    }),
  ),
];

const record = fc
  .constantFrom(...PAIRS)
  .chain((one) =>
    fc.tuple(fc.constant(one), host, fc.integer({ min: 0, max: 0x7fff_ffff }), one.values),
  );

describe('dns-packet', () => {
  it('reads what we write', () => {
    fc.assert(
      fc.property(host, fc.array(record, { maxLength: 6 }), (name, records) => {
        const read = dnsPacket.decode(Buffer.from(emitMessage(messageOf(name, records.map(ours)))));
        expect(read).toMatchObject({ id: 77, type: 'response', flag_rd: true, flag_tc: false });
        expect(read.questions).toMatchObject([{ name: plain(name), type: 'A', class: 'IN' }]);
        expect(read.answers).toMatchObject(records.map(theirs));
      }),
      { numRuns: 500 },
    );
  });

  it('writes what we read', () => {
    fc.assert(
      fc.property(host, fc.array(record, { maxLength: 6 }), (name, records) => {
        const packet = {
          id: 77,
          type: 'response',
          flags: dnsPacket.RECURSION_DESIRED,
          questions: [{ name: plain(name), type: 'A', class: 'IN' }],
          answers: records.map(theirs),
        };
        const bytes = dnsPacket.encode(packet as dnsPacket.Packet);
        expect(unwrap(parseMessage(bytes))).toEqual(messageOf(name, records.map(ours)));
      }),
      { numRuns: 500 },
    );
  });
});

type Sample = readonly [one: Pair<number>, name: Name, ttl: number, values: Rdata<number>];

function ours([one, name, ttl, values]: Sample): ResourceRecord {
  const data = emitRdata(one.type, values);
  return { name, type: one.type, class: CLASS.IN, ttl, data };
}

function theirs([one, name, ttl, values]: Sample): object {
  return {
    name: plain(name),
    type: typeText(one.type),
    class: 'IN',
    ttl,
    data: one.theirs(values),
  };
}

function messageOf(name: Name, answers: readonly ResourceRecord[]): Message {
  return {
    ...QUERY,
    id: 77,
    response: true,
    questions: [{ name, type: TYPE.A, class: CLASS.IN }],
    answers,
  };
}
