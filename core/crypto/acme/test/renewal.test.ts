import { encodeUtf8 } from '@atoll/bytes/utf8';
import { p256 } from '@atoll/primitives/reference/nist';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { Random } from '@atoll/sim/random';
import { peerExtensions } from '@atoll/x509/emit-extension';
import { emitCertificate } from '@atoll/x509/issue';
import { emitName } from '@atoll/x509/name';
import { describe, expect, it } from 'vitest';
import { certificateId } from '../src/certificate-id.ts';
import { es256 } from '../src/key.ts';
import type { CertificateRecord } from '../src/record.ts';
import { parseRenewalInfo } from '../src/renewal.ts';
import { parseTimestamp } from '../src/timestamp.ts';
import { problem, response } from './ca.ts';
import { DAY, HOUR, MINUTE, World } from './world.ts';

/** A window that starts and ends so many days after the start of a world. */
function windowAt(start: number, end: number) {
  const text = (days: number) => new Date(1_800_000_000_000 + days * DAY).toISOString();
  return { start: text(start), end: text(end) };
}

function obtained(window: { start: string; end: string } | undefined): World {
  const world = new World();
  world.ca.window = window;
  world.run(HOUR, () => world.certificate !== undefined);
  return world;
}

/** Days until there is another certificate. */
function renewal(world: World): number {
  const first = world.ca.issued.length;
  const start = world.now.wall;
  world.run(90 * DAY, () => world.ca.issued.length > first);
  return (world.now.wall - start) / DAY;
}

describe('an authority that says when to renew', () => {
  it('is asked, and heeded, earlier and later than without', () => {
    const early = obtained(windowAt(10, 12));
    const days = renewal(early);
    expect(days).toBeGreaterThan(9.9);
    expect(days).toBeLessThan(12.1);
    expect(early.ca.count('renewal-info')).toBeGreaterThan(35);
    expect(early.ca.count('renewal-info')).toBeLessThan(50);
    expect(renewal(obtained(windowAt(70, 72)))).toBeGreaterThan(69.9);
  });

  it('hears which certificate an order replaces', () => {
    const world = obtained(windowAt(10, 12));
    renewal(world);
    expect(world.ca.replaced).toEqual([world.ca.issued[0]]);
  });

  it('that knows of another replacement already gets an order that replaces nothing', () => {
    const world = obtained(windowAt(1, 2));
    world.ca.replaced.push(...world.ca.issued);
    expect(renewal(world)).toBeLessThan(2.1);
    expect(world.state.record.failures).toBe(0);
  });

  it('in the past has a certificate replaced at its next word, and not again and again', () => {
    const world = obtained(windowAt(-10, -9));
    world.run(2 * DAY);
    expect(world.ca.issued.length).toBeGreaterThan(2);
    expect(world.ca.issued.length).toBeLessThan(10);
    for (let at = 0; at < 20; at++) {
      world.restart(1000);
      world.run(5 * MINUTE);
    }
    expect(world.ca.issued.length).toBeLessThan(11);
  });

  it('far in the future is not waited for beyond the end', () => {
    const days = renewal(obtained(windowAt(200, 300)));
    expect(days).toBeGreaterThan(80);
    expect(days).toBeLessThan(83);
  });

  it.each([
    ['with an error', () => response(500, problem('serverInternal'))],
    ['with nonsense', () => response(200, { suggestedWindow: { start: 'soon', end: 'later' } })],
    ['with a window inside out', () => response(200, { suggestedWindow: windowAt(12, 10) })],
  ])('%s is asked later, and renewal is as without', (_, answer) => {
    const world = obtained(windowAt(10, 12));
    world.ca.interfere = (name) => (name === 'renewal-info' ? answer() : undefined);
    const days = renewal(world);
    expect(days).toBeGreaterThan(56);
    expect(days).toBeLessThan(60.1);
    expect(world.ca.count('renewal-info')).toBeLessThan(4 * 61);
    expect(world.state.failure).toBeUndefined();
  });

  it('that is away meanwhile does no harm', () => {
    const world = obtained(windowAt(10, 12));
    world.isConnected = false;
    world.run(9 * DAY);
    expect(world.state.record.failures).toBe(0);
    expect(world.state.failure).toBeUndefined();
    world.isConnected = true;
    expect(renewal(world)).toBeLessThan(3.1);
  });

  it('never, is asked once whether it does', () => {
    const world = obtained(undefined);
    world.run(50 * DAY);
    expect(world.ca.count('directory')).toBe(2);
  });
});

describe('renewal information', () => {
  it('is asked for by the name of RFC 9773, 4.1', () => {
    const issuer = '69885b6b87464041e1b37b847ba0ae2cde01c8d4';
    const identifier = Uint8Array.from(Buffer.from(issuer, 'hex'));
    const algorithm = es256(p256, sha256);
    const key = algorithm.generate(new Random(1));
    const certificate = emitCertificate(
      {
        ...{ issuer: emitName([]), subject: emitName([]), publicKey: algorithm.publicKey(key) },
        ...{ notBefore: 0, notAfter: 1000, serial: Uint8Array.of(0x87, 0x65, 0x43, 0x21) },
        extensions: peerExtensions(
          { own: identifier, issuer: identifier },
          { names: [], roles: ['server'] },
        ),
      },
      { key, signature: algorithm.signature },
      new Random(2),
    );
    const record = { chain: [certificate] } as unknown as CertificateRecord;
    expect(certificateId(record)).toBe('aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE');
  });

  it('has a window', () => {
    const window = { start: '2025-01-02T04:00:00Z', end: '2025-01-03T04:00:00.5+01:00' };
    expect(parseRenewalInfo(encodeUtf8(JSON.stringify({ suggestedWindow: window })))).toEqual({
      ok: true,
      value: { start: Date.UTC(2025, 0, 2, 4), end: Date.UTC(2025, 0, 3, 3) },
    });
    for (const bad of ['', '{}', '[]', '{"suggestedWindow":7}']) {
      expect(parseRenewalInfo(encodeUtf8(bad)).ok).toBe(false);
    }
  });

  it('has times of RFC 3339', () => {
    expect(parseTimestamp('1996-12-19T16:39:57-08:00')).toBe(Date.UTC(1996, 11, 20, 0, 39, 57));
    expect(parseTimestamp('1985-04-12t23:20:50.52z')).toBe(Date.UTC(1985, 3, 12, 23, 20, 50));
    for (const bad of [
      ...['1996-13-19T16:39:57Z', '1996-12-00T16:39:57Z', '1996-12-19T24:00:00Z', 'now'],
      ...['1996-12-19 16:39:57Z', '1996-12-19T16:39:57', ` ${'1'.repeat(100)}`, 7, undefined],
    ]) {
      expect(parseTimestamp(bad)).toBeUndefined();
    }
  });
});
