import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonPrefixLength, GLOBAL, LINK_LOCAL, policyOf, scopeOf } from '../src/scope.ts';
import type { Candidate } from '../src/selection.ts';
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
  const V4 = 0xc633_6479;

  // RFC 6724 section 10.2.
  it('prefers the scope that matches', () => {
    const sources = new Map([
      [ip('2001:db8:1::1'), ip('2001:db8:1::2')],
      [V4, 0xa9fe_0d4e],
    ] as [bigint | number, bigint | number][]);
    const order = orderDestinations([V4, ip('2001:db8:1::1')], (to) => sources.get(to));
    expect(order).toEqual([ip('2001:db8:1::1'), V4]);
  });

  it('prefers IPv4 over an IPv6 address that only a link-local one could speak to', () => {
    const sourceFor = (to: bigint | number) =>
      typeof to === 'number' ? 0xc633_6475 : ip('fe80::1');
    expect(orderDestinations([ip('2001:db8:1::1'), V4], sourceFor)).toEqual([
      V4,
      ip('2001:db8:1::1'),
    ]);
  });

  it('prefers higher precedence: IPv6 before IPv4', () => {
    const sourceFor = (to: bigint | number) =>
      typeof to === 'number' ? 0x0a01_0204 : ip('2001:db8:1::2');
    expect(orderDestinations([0x0a01_0203, ip('2001:db8:1::1')], sourceFor)[0]).toBe(
      ip('2001:db8:1::1'),
    );
  });

  it('puts what cannot be reached last, and leaves the rest as it was', () => {
    const sourceFor = (to: bigint | number) => (to === 1 ? undefined : 9);
    expect(orderDestinations([1, 5, 4, 6], sourceFor)).toEqual([5, 4, 6, 1]);
  });

  it('only reorders', () => {
    const address = fc.oneof(fc.nat(0xffff_ffff), fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }));
    fc.assert(
      fc.property(fc.uniqueArray(address, { maxLength: 8 }), fc.option(address), (all, source) => {
        const ordered = orderDestinations(all, () => source ?? undefined);
        expect(new Set(ordered)).toEqual(new Set(all));
      }),
    );
  });
});

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
