import { parseIpv4 } from '@atoll/ipv4/address';
import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonPrefixLength, GLOBAL, LINK_LOCAL, policyOf, scopeOf } from '../src/scope.ts';
import type { Candidate, Source } from '../src/selection.ts';
import { orderDestinations, selectSource } from '../src/selection.ts';
import { ip } from './ip.ts';

function own(address: string, more: Partial<Candidate> = {}): Candidate {
  return {
    address: ip(address),
    prefixLength: 64,
    isDeprecated: false,
    isTemporary: false,
    isOnLink: true,
    ...more,
  };
}

/** Which of `candidates` is taken for `destination`, whatever order they are in. */
function taken(destination: string, ...candidates: Candidate[]): bigint | undefined {
  const first = selectSource(ip(destination), candidates)?.address;
  expect(selectSource(ip(destination), candidates.toReversed())?.address).toBe(first);
  return first;
}

describe('selectSource', () => {
  // The examples of RFC 6724 section 10.1, as far as they concern a host.
  it('prefers a scope that reaches the destination', () => {
    expect(taken('2001:db8:1::1', own('2001:db8:3::1'), own('fe80::1'))).toBe(ip('2001:db8:3::1'));
    expect(taken('ff05::1', own('2001:db8:3::1'), own('fe80::1'))).toBe(ip('2001:db8:3::1'));
  });

  it('prefers a scope that is not larger than it must be', () => {
    expect(taken('fe80::1', own('2001:db8:2::2'), own('fe80::2'))).toBe(ip('fe80::2'));
  });

  it('prefers the destination itself', () => {
    const same = own('2001:db8:1::1', { isDeprecated: true });
    expect(taken('2001:db8:1::1', same, own('2001:db8:2::1'))).toBe(ip('2001:db8:1::1'));
  });

  it('avoids deprecated addresses', () => {
    const old = own('2001:db8:1::2', { isDeprecated: true });
    expect(taken('2001:db8:1::1', old, own('2001:db8:9::2'))).toBe(ip('2001:db8:9::2'));
  });

  it('prefers addresses of the interface that is used', () => {
    const other = own('2001:db8:1::2', { isOnLink: false });
    expect(taken('2001:db8:1::1', other, own('2001:db8:9::2'))).toBe(ip('2001:db8:9::2'));
  });

  it('prefers the same label, temporary addresses, then the longest common prefix', () => {
    expect(taken('fd00::9', own('2001:db8::1'), own('fd55::1'))).toBe(ip('fd55::1'));
    expect(taken('2002:c633:6401::1', own('2002:c633:6401::d5e3'), own('2001:db8:1::2'))).toBe(
      ip('2002:c633:6401::d5e3'),
    );
    const temporary = own('2001:db8:9::2', { isTemporary: true });
    expect(taken('2001:db8:1::d5e3', own('2001:db8:1::2'), temporary)).toBe(ip('2001:db8:9::2'));
    expect(taken('2001:db8:1::1', own('2001:db8:1::2'), own('2001:db8:3::2'))).toBe(
      ip('2001:db8:1::2'),
    );
  });

  it('answers nothing without addresses', () => {
    expect(selectSource(1n, [])).toBeUndefined();
  });
});

describe('orderDestinations', () => {
  /** Both orders of what is asked for give `destinations`, when each is spoken to from the source beside it. */
  function expectOrder(...conversations: [string, string | Source | undefined][]) {
    const sources = new Map(conversations.map(([to, from]) => [asAddress(to), asSource(from)]));
    const expected = [...sources.keys()];
    for (const asked of [expected, expected.toReversed()]) {
      expect(orderDestinations(asked, (to) => sources.get(to))).toEqual(expected);
    }
  }

  // The examples of RFC 6724 section 10.2, as far as they concern a host.
  it('prefers the scope that matches', () => {
    expectOrder(['2001:db8:1::1', '2001:db8:1::2'], ['198.51.100.121', '169.254.13.78']);
    expectOrder(['198.51.100.121', '198.51.100.117'], ['2001:db8:1::1', 'fe80::1']);
  });

  it('avoids destinations that only a deprecated address speaks to', () => {
    const old = { address: ip('2001:db8:1::2'), prefixLength: 64, isDeprecated: true };
    expectOrder(['2001:db8:2::1', '2001:db8:2::2'], ['2001:db8:1::1', old]);
  });

  it('prefers the label that matches', () => {
    expectOrder(['2002:c633:6401::1', '2002:c633:6401::2'], ['2001:db8:1::1', '2002:c633:6401::2']);
    expectOrder(['192.0.2.1', '192.0.2.2'], ['fd00::1', '2001:db8:1::2']);
  });

  it('prefers higher precedence: IPv6 before IPv4, and that before unique local addresses', () => {
    expectOrder(['2001:db8:1::1', '2001:db8:1::2'], ['10.1.2.3', '10.1.2.4']);
    expectOrder(['10.1.2.3', '10.1.2.4'], ['fd00:1::1', 'fd00:2::1']);
    expectOrder(['2001:db8:1::1', '2001:db8:1::2'], ['2002:c633:6401::1', '2002:c633:6401::2']);
  });

  it('prefers smaller scopes', () => {
    expectOrder(['fe80::1', 'fe80::2'], ['2001:db8:1::1', '2001:db8:1::2']);
  });

  it('prefers the longest common prefix, as far as the network of the source goes', () => {
    expectOrder(['2001:db8:1::1', '2001:db8:1::2'], ['2001:db8:3ffe::1', '2001:db8:3f44::2']);
    const own = { address: ip('2001:db8:1::9'), prefixLength: 48, isDeprecated: false };
    const both = [ip('2001:db8:1:7::1'), ip('2001:db8:1::1')];
    expect(orderDestinations(both, () => own)).toEqual(both);
    expect(orderDestinations(both, () => ({ ...own, prefixLength: 64 }))).toEqual(
      both.toReversed(),
    );
  });

  it('puts what cannot be reached last', () => {
    expectOrder(['192.0.2.1', '192.0.2.2'], ['2001:db8::1', undefined]);
  });

  it('leaves the rest as it was', () => {
    const all = [5, 4, 6];
    expect(orderDestinations(all, () => asSource('192.0.2.2'))).toEqual(all);
  });

  it('only reorders', () => {
    const address = fc.oneof(fc.nat(0xffff_ffff), fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }));
    const source = fc.record({
      address,
      prefixLength: fc.nat(128),
      isDeprecated: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(address, fc.option(source)), BY_ADDRESS), (all) => {
        const sources = new Map(all);
        const ordered = orderDestinations(
          [...sources.keys()],
          (to) => sources.get(to) ?? undefined,
        );
        expect(new Set(ordered)).toEqual(new Set(sources.keys()));
      }),
    );
  });
});

const BY_ADDRESS = { maxLength: 8, selector: ([address]: [bigint | number, unknown]) => address };

function asAddress(text: string): bigint | number {
  return text.includes(':') ? ip(text) : unwrap(parseIpv4(text));
}

function asSource(source: string | Source | undefined): Source | undefined {
  if (source === undefined || typeof source === 'object') return source;
  return { address: asAddress(source), prefixLength: 64, isDeprecated: false };
}

describe('scopes and policies', () => {
  it('know the special networks', () => {
    expect(scopeOf(ip('fe80::1'))).toBe(LINK_LOCAL);
    expect(scopeOf(ip('ff02::1'))).toBe(LINK_LOCAL);
    expect(scopeOf(ip('ff0e::1'))).toBe(GLOBAL);
    expect(scopeOf(ip('fd00::1'))).toBe(GLOBAL);
    expect(scopeOf(0xa9fe_0001)).toBe(LINK_LOCAL);
    expect(scopeOf(0x0a00_0001)).toBe(GLOBAL);
    expect(policyOf(ip('::1')).precedence).toBe(50);
    expect(policyOf(ip('fd00::1')).label).toBe(13);
    expect(policyOf(0x0a00_0001)).toEqual({ precedence: 35, label: 4 });
  });

  it('count common bits', () => {
    expect(commonPrefixLength(5n, 5n)).toBe(128);
    expect(commonPrefixLength(ip('2001:db8::'), ip('2001:db9::'))).toBe(31);
    expect(commonPrefixLength(0n, 1n << 127n)).toBe(0);
  });
});
