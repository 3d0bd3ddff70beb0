import { Random } from '@atoll/sim/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cookieSack, cookieScale, cookieTimestamp, SynCookies } from '../../src/host/cookie.ts';

const LOCAL = 0xc000_0201;
const REMOTE = 0xc633_6401;
const MINUTE = 60_000;

function issue(cookies: SynCookies, sequence: number, mss: number, now: number): number {
  const cookie = cookies.of(LOCAL, 80, REMOTE, 40_000, sequence, mss, now);
  cookies.onSent(now);
  return cookie;
}

function accept(cookies: SynCookies, sequence: number, cookie: number, now: number): number {
  return cookies.accept(LOCAL, 80, REMOTE, 40_000, sequence, cookie, now);
}

describe('SynCookies', () => {
  it('knows its own cookies, and the MSS rounded down', () => {
    const cookies = new SynCookies(new Random(1));
    for (const [mss, kept] of [
      [1460, 1460],
      [1459, 1440],
      [536, 536],
      [535, 64],
      [9000, 8940],
      [65535, 8940],
    ]) {
      const cookie = issue(cookies, 12_345, mss, 0);
      expect(accept(cookies, 12_345, cookie, 0)).toBe(kept);
    }
  });

  it('knows them for at least 64 seconds, and not for more than 128', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(63_999), fc.nat(1_000_000), (start, age, sequence) => {
        const cookies = new SynCookies(new Random(start));
        const cookie = issue(cookies, sequence, 1460, start);
        expect(accept(cookies, sequence, cookie, start + age)).toBe(1460);
        expect(accept(cookies, sequence, cookie, start + 2 * 64_000)).toBe(0);
      }),
    );
  });

  it('does not look at anything before it issued a cookie, and long after', () => {
    const cookies = new SynCookies(new Random(1));
    expect(cookies.isAwaiting(0)).toBe(false);
    issue(cookies, 1, 1460, 0);
    expect(cookies.isAwaiting(MINUTE)).toBe(true);
    expect(cookies.isAwaiting(3 * MINUTE)).toBe(false);
  });

  it('says when a copy of a SYN would get another number', () => {
    const cookies = new SynCookies(new Random(1));
    expect(cookies.isReplaced(0)).toBe(false);
    const cookie = issue(cookies, 1, 1460, 60_000);
    expect(cookies.isReplaced(63_999)).toBe(false);
    expect(cookies.isReplaced(64_000)).toBe(true);
    expect(issue(cookies, 1, 1460, 70_000)).not.toBe(cookie);
    expect(cookies.isReplaced(89_999)).toBe(true);
    expect(cookies.isReplaced(90_000)).toBe(false);
    expect(cookies.isReplaced(130_000)).toBe(false);
  });

  it('ties them to the addresses, the ports and the number of the SYN', () => {
    const cookies = new SynCookies(new Random(2));
    const cookie = issue(cookies, 7, 1460, 0);
    expect(cookies.accept(LOCAL + 1, 80, REMOTE, 40_000, 7, cookie, 0)).toBe(0);
    expect(cookies.accept(LOCAL, 81, REMOTE, 40_000, 7, cookie, 0)).toBe(0);
    expect(cookies.accept(LOCAL, 80, REMOTE + 1, 40_000, 7, cookie, 0)).toBe(0);
    expect(cookies.accept(LOCAL, 80, REMOTE, 40_001, 7, cookie, 0)).toBe(0);
    expect(accept(cookies, 8, cookie, 0)).toBe(0);
    expect(accept(cookies, 7, cookie, 0)).toBe(1460);
  });

  it('does not accept a cookie of which any bit is changed', () => {
    const cookies = new SynCookies(new Random(3));
    const cookie = issue(cookies, 99, 1400, 0);
    for (let bit = 0; bit < 32; bit++) {
      expect(accept(cookies, 99, (cookie ^ (1 << bit)) >>> 0, 0)).toBe(0);
    }
  });

  it('works for IPv6', () => {
    const cookies = new SynCookies(new Random(4));
    const local = 0x2001_0db8_0000_0000_0000_0000_0000_0001n;
    const cookie = cookies.of(local, 80, local + 1n, 40_000, 7, 1440, 0);
    cookies.onSent(0);
    expect(cookies.accept(local, 80, local + 1n, 40_000, 7, cookie, 0)).toBe(1440);
    expect(cookies.accept(local, 80, local + (1n << 64n), 40_000, 7, cookie, 0)).toBe(0);
  });
});

describe('cookieTimestamp', () => {
  it('tells what the peer offered, and is at most 32 ms older', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.integer({ min: -1, max: 14 }),
        fc.boolean(),
        (timestamp, scale, sack) => {
          const told = cookieTimestamp(timestamp, scale, sack);
          expect(cookieScale(told)).toBe(scale);
          expect(cookieSack(told)).toBe(sack);
          const age = (timestamp - told) | 0;
          expect(age).toBeGreaterThanOrEqual(0);
          expect(age).toBeLessThan(32);
          expect(told >>> 0).toBe(told);
        },
      ),
    );
  });
});
