import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { describe, expect, it } from 'vitest';
import type { AcmeResponse } from '../src/request.ts';
import { response } from './ca.ts';
import { DAY, HOUR, MINUTE, World } from './world.ts';

type Change = (body: string, answer: AcmeResponse) => string | Uint8Array | AcmeResponse;

/** A world in which every answer about `name` is changed, for ten minutes. */
function changed(name: string, change: Change): World {
  const world = new World();
  world.ca.tamper = (asked, answer) => {
    if (asked !== name) return answer;
    const made = change(decodeLatin1(answer.body), answer);
    if (typeof made === 'object' && 'status' in made) return made;
    const body = typeof made === 'string' ? encodeLatin1(made) : made;
    return { status: answer.status, body, field: (one) => answer.field(one) };
  };
  return world.run(10 * MINUTE);
}

const json = (change: (document: Record<string, unknown>) => object) => (body: string) =>
  JSON.stringify(change(JSON.parse(body)));
const set = (members: object) => json((document) => ({ ...document, ...members }));
const blocks = (body: string) => body.split(/(?<=-----END CERTIFICATE-----\n)/);
/** An identifier, or an entry of a list, of one object. */
const inChallenges = (members: object) =>
  json((document) => {
    const challenges = document.challenges as object[];
    return { ...document, challenges: challenges.map((one) => ({ ...one, ...members })) };
  });

describe('an authority', () => {
  it.each<[string, string, Change, RegExp]>([
    ['no JSON', 'directory', () => '<html>', /^directory: no JSON$/],
    ['nothing', 'directory', () => '', /^directory: no JSON$/],
    ['a list', 'directory', () => '[]', /JSON that is no object/],
    ['nested JSON', 'directory', () => '['.repeat(60_000), /nested more than 16 times/],
    ['long JSON', 'directory', () => `{"a":"${'x'.repeat(70_000)}"}`, /more than 65536 bytes/],
    ['a long body', 'directory', () => new Uint8Array(200_000), /too long/],
    ['http', 'directory', set({ newOrder: 'http://ca.example/x' }), /newOrder: a URL that is not/],
    ['another scheme', 'directory', set({ newNonce: 'file:///etc/passwd' }), /newNonce: a URL/],
    ['a line in a URL', 'directory', set({ newNonce: 'https://a/\r\nX: y' }), /newNonce: a URL/],
    ['a user in a URL', 'directory', set({ newNonce: 'https://a@b/' }), /newNonce: a URL/],
    ['a long URL', 'directory', set({ newNonce: `https://a/${'x'.repeat(2000)}` }), /newNonce/],
    ['no URL', 'directory', set({ newAccount: 7 }), /newAccount: no URL/],
    ['a redirection', 'directory', () => response(302, {}, { location: 'https://b/' }), /302/],
    ['no nonce', 'nonce', () => response(200, {}), /a nonce that is none/],
    ['a bad nonce', 'nonce', () => response(200, {}, { 'replay-nonce': 'a"b' }), /a nonce that/],
    ['no account', 'new-account', (_, { body }) => response(201, body), /no URL/],
    ['a closed account', 'new-account', set({ status: 'revoked' }), /has closed the account/],
    ['no order URL', 'new-order', (_, { body }) => response(201, body), /no URL/],
    ['an unknown status', 'new-order', set({ status: 'great' }), /no status that is known/],
    ['no authorizations', 'new-order', set({ authorizations: [] }), /not 1 to 100/],
    [
      'many authorizations',
      'new-order',
      set({ authorizations: new Array(101).fill('https://a/') }),
      /not 1 to 100/,
    ],
    ['a local authorization', 'new-order', set({ authorizations: ['http://127.0.0.1/'] }), /URL/],
    [
      'a name that is not ours',
      'authorization',
      set({ identifier: { type: 'dns', value: 'victim.example' } }),
      /a name that was not asked for/,
    ],
    ['an address', 'authorization', set({ identifier: { type: 'ip', value: '::1' } }), /no name/],
    ['other challenges', 'authorization', inChallenges({ type: 'x\n' }), /there is no http-01/],
    [
      'a path as token',
      'authorization',
      inChallenges({ token: '../../../etc/passwd-and-more' }),
      /a token/,
    ],
    ['a short token', 'authorization', inChallenges({ token: 'abc' }), /a token that is none/],
    ['no token', 'authorization', inChallenges({ token: undefined }), /there is no http-01/],
    ['a dead authorization', 'authorization', set({ status: 'expired' }), /is expired/],
    ['a lost order', 'order', set({ status: 'invalid', error: undefined }), /become invalid/],
    [
      'no certificate',
      'order',
      set({ status: 'valid', certificate: undefined }),
      /certificate: no/,
    ],
    ['no PEM', 'certificate', () => 'MIIB', /no PEM block/],
    [
      'a key',
      'certificate',
      (body) => `${body}${blocks(body)[0].replaceAll('CERTIFICATE', 'PRIVATE KEY')}`,
      /something else/,
    ],
    ['the issuer only', 'certificate', (body) => blocks(body)[1], /for another key/],
    [
      'no order',
      'certificate',
      (body) => blocks(body)[0] + blocks(body)[0] + blocks(body)[1],
      /not in order/,
    ],
    ['many certificates', 'certificate', (body) => body.repeat(6), /1 to 10 certificates/],
    ['damaged DER', 'certificate', (body) => body.replace('MII', 'MIJ'), /certificate/],
  ])('that gives %s is refused', (_, name, change, reason) => {
    const { state, certificate, ca, published } = changed(name, change);
    expect(state.failure?.reason).toMatch(reason);
    expect(state.failure?.reason).not.toMatch(/[^\x20-\x7e]/);
    expect(certificate).toBeUndefined();
    expect(published).toBeUndefined();
    expect(ca.count(name)).toBeLessThan(60);
  });

  it('that signs a certificate of somebody else, or none, is refused', () => {
    const other = new World({}, 77);
    other.ca.lifetime = DAY;
    other.run(HOUR);
    let foreign = '';
    other.ca.tamper = (name, answer) => {
      if (name === 'certificate') foreign = decodeLatin1(answer.body);
      return answer;
    };
    other.run(2 * DAY, () => foreign !== '');
    expect(changed('certificate', () => foreign).state.failure?.reason).toMatch(/another key/);
    // The right leaf below an issuer that did not sign it.
    const spliced = changed('certificate', (body) => blocks(body)[0] + blocks(foreign)[1]);
    expect(spliced.state.failure?.reason).toMatch(/signature|issuer|sign/);
  });

  it('that issues for a time that is over is refused', () => {
    const world = new World();
    world.ca.lifetime = -1000;
    world.run(10 * MINUTE);
    expect(world.state.failure).toMatchObject({ blame: 'peer' });
    expect(world.certificate).toBeUndefined();
  });

  it('that says pending forever is left alone more and more, and asked for another order', () => {
    const world = new World();
    world.ca.patience = Number.POSITIVE_INFINITY;
    world.run(3 * DAY);
    expect(world.state.failure?.reason).toBe('the authority takes too long');
    expect(world.ca.orders.size).toBeGreaterThan(1);
    expect(world.ca.seen.length).toBeLessThan(500);
  });

  it('that has never enough of finalization is asked in pauses, and not for ever', () => {
    const world = new World();
    const order = { authorizations: ['https://ca.example/authorization/1'] };
    const ready = { ...order, status: 'ready', finalize: 'https://ca.example/finalize/1' };
    world.ca.interfere = (name) => (name === 'finalize' ? response(200, ready) : undefined);
    world.run(MINUTE);
    expect(world.ca.count('finalize')).toBeLessThan(10);
    world.run(20 * MINUTE, () => world.state.failure !== undefined);
    expect(world.ca.count('finalize')).toBe(31);
    expect(world.state.failure?.reason).toBe('the authority takes too long');
  });

  it('that has ever more authorizations is left alone', () => {
    const world = new World();
    let count = 0;
    world.ca.tamper = (name, answer) => {
      if (name === 'order' || name === 'new-order') {
        const document = JSON.parse(decodeLatin1(answer.body));
        const authorizations = [`https://ca.example/authorization/${1000 + count++}`];
        const body = encodeUtf8(JSON.stringify({ ...document, status: 'pending', authorizations }));
        return { status: answer.status, body, field: (one) => answer.field(one) };
      }
      if (name !== 'authorization') return answer;
      const identifier = { type: 'dns', value: 'www.example.org' };
      const challenges = [
        { type: 'http-01', url: 'https://ca.example/challenge/1', status: 'valid' },
      ];
      return response(200, { status: 'valid', identifier, challenges });
    };
    world.run(DAY);
    expect(world.state.failure?.reason).toBe('the authority has ever more to do');
    expect(world.ca.seen.length).toBeLessThan(2000);
  });

  it('cannot write lines into the log', () => {
    const detail = `a\r\nb${'x'.repeat(5000)}\u2028`;
    const world = changed('new-order', () =>
      response(403, encodeUtf8(JSON.stringify({ type: 'urn:ietf:params:acme:error:caa', detail }))),
    );
    expect(world.state.failure?.reason).toMatch(/^new order: 403, caa: a\?\?bx+$/);
    expect(world.state.failure?.reason.length).toBeLessThan(340);
  });
});
