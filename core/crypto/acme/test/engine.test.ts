import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { parseCertificate } from '@atoll/x509/certificate';
import { verifyChain } from '@atoll/x509/chain';
import { webProfile } from '@atoll/x509/profile';
import { describe, expect, it } from 'vitest';
import { eddsa } from '../src/key.ts';
import { parseRecord } from '../src/record.ts';
import { problem, response } from './ca.ts';
import { ALGORITHMS, type Crash, DAY, HOUR, MINUTE, World } from './world.ts';

function obtained(world: World): void {
  const { certificate } = world;
  expect(world.state.failure).toBeUndefined();
  const chain = certificate?.chain.map((bytes) => {
    const parsed = parseCertificate(bytes);
    if (!parsed.ok) throw new Error(parsed.error.reason);
    return parsed.value;
  });
  const root = parseCertificate(world.ca.root);
  if (!chain || !root.ok) throw new Error('no certificate');
  const trust = {
    profile: webProfile,
    roots: [root.value],
    signatures: [...ALGORITHMS.signatures],
  };
  for (const name of world.config.names) {
    const names = [{ kind: 'dns', value: name.replace('*', 'any') } as const];
    const about = { ...trust, role: 'server' as const, now: world.now.wall, names };
    expect(verifyChain(chain[0], chain.slice(1), about).ok).toBe(true);
  }
}

describe('a certificate', () => {
  it('is had with one account and one order', () => {
    const world = new World().run(HOUR);
    obtained(world);
    expect(world.done).toEqual([
      ...['save', 'directory', 'nonce', 'account', 'save', 'new order', 'save'],
      ...['authorization', 'save', 'publish', 'challenge', 'authorization', 'authorization'],
      ...['withdraw', 'save', 'order', 'finalize', 'order', 'certificate', 'save'],
    ]);
    expect(world.published).toBeUndefined();
    expect(world.ca.seen.find(({ name }) => name === 'new-account')?.payload).toEqual({
      termsOfServiceAgreed: true,
      contact: ['mailto:admin@example.org'],
    });
  });

  it.each(['http-01', 'tls-alpn-01', 'dns-01'] as const)(
    'is had by %s for many names',
    (challenge) => {
      const names = ['a.example.org', 'b.example.org', 'example.org'];
      const world = new World({ names, challenge }).run(HOUR);
      obtained(world);
      expect(world.ca.count('challenge')).toBe(3);
    },
  );

  it('is had for a wildcard and the name above it', () => {
    const world = new World({ names: ['*.example.org', 'example.org'], challenge: 'dns-01' });
    obtained(world.run(HOUR));
  });

  it('is had from an authority that takes its time', () => {
    const world = new World();
    world.ca.patience = 20;
    obtained(world.run(HOUR));
    const polls = world.ca.count('authorization');
    expect(polls).toBeGreaterThan(20);
    expect(polls).toBeLessThan(30);
  });

  it('is had with an account of somebody with a contract', () => {
    const macKey = new Uint8Array(32).fill(5);
    const world = new World({ externalAccount: { keyId: 'kid-1', macKey } });
    world.ca.externalKey = macKey;
    obtained(world.run(HOUR));
    const other = new World();
    other.ca.externalKey = macKey;
    expect(other.run(HOUR).state.failure).toEqual({
      blame: 'config',
      reason: 'the authority wants an external account',
    });
  });

  it('is had with keys of Ed25519 as far as the authority takes them', () => {
    const world = new World({ algorithms: { ...ALGORITHMS, account: eddsa(ed25519) } });
    expect(world.run(MINUTE).state.failure?.reason).toBe(
      'account: 400, malformed: about malformed',
    );
  });

  it('is renewed at two thirds of its lifetime, at a random moment', () => {
    const ages = [1, 2, 3, 4].map((seed) => {
      const world = new World({}, seed).run(HOUR);
      const first = world.certificate;
      const start = world.now.wall;
      world.run(61 * DAY, () => world.certificate !== first);
      obtained(world);
      expect(world.certificate?.key).not.toEqual(first?.key);
      expect(world.ca.orders.size).toBe(2);
      expect(world.ca.accounts.size).toBe(1);
      return (world.now.wall - start) / DAY;
    });
    for (const age of ages) {
      expect(age).toBeGreaterThan(56);
      expect(age).toBeLessThan(60.1);
    }
    expect(new Set(ages).size).toBe(ages.length);
  });

  it('is never asked for more than once a minute, however short it lives', () => {
    const world = new World();
    world.ca.lifetime = 5000;
    world.run(10 * MINUTE);
    expect(world.ca.orders.size).toBeLessThanOrEqual(10);
    expect(world.ca.orders.size).toBeGreaterThan(5);
  });

  it('is had anew, and the old one is used meanwhile, when other names are configured', () => {
    const world = new World().run(HOUR);
    const first = world.certificate;
    world.config = { ...world.config, names: ['other.example.org'] };
    world.isConnected = false;
    world.restart();
    expect(world.run(HOUR).certificate).toEqual(first);
    world.isConnected = true;
    obtained(world.run(2 * HOUR));
    expect(world.ca.accounts.size).toBe(1);
  });

  it('is had anew, from a new account, when another authority is configured', () => {
    const world = new World().run(HOUR);
    const { account } = world.state.record;
    const handle = world.ca.handle.bind(world.ca);
    world.ca.handle = (request, wall) =>
      handle({ ...request, url: request.url.replace('/elsewhere', '/directory') }, wall);
    world.config = { ...world.config, directory: 'https://ca.example/elsewhere' };
    world.restart();
    obtained(world.run(HOUR));
    expect(world.state.record.account.key).not.toEqual(account.key);
    expect(world.certificate?.directory).toBe('https://ca.example/elsewhere');
  });
});

describe('a restart', () => {
  const CRASHES: readonly Crash[] = ['before', 'after'];

  it.each(CRASHES)('%s any step loses nothing and orders nothing twice', (crash) => {
    const names = ['a.example.org', 'b.example.org'];
    const steps = new World({ names, challenge: 'dns-01' }).run(HOUR).done.length;
    for (let at = 0; at < steps; at++) {
      const world = new World({ names, challenge: 'dns-01' });
      world.run(HOUR, () => world.done.length === at);
      let action = world.next();
      for (; action.do === 'wait'; action = world.next()) {
        world.pass(action.until - world.now.monotonic);
      }
      world.perform(action, crash);
      const step = `${crash} ${world.done[at]} (${at})`;
      obtained(world.run(HOUR));
      // Nobody knows of an order whose URL did not come to the disk.
      const previous = world.done[at - 1];
      const isLost =
        (world.done[at] === 'new order' && crash === 'after') ||
        (previous === 'new order' && crash === 'before');
      expect([step, world.ca.orders.size]).toEqual([step, isLost ? 2 : 1]);
      expect([step, world.ca.accounts.size]).toEqual([step, 1]);
      expect([step, world.published]).toEqual([step, undefined]);
      expect([step, world.state.record.publication]).toEqual([step, undefined]);
    }
  });

  it('after each step gets there as well', () => {
    const world = new World();
    for (let steps = 0; world.certificate === undefined; steps++) {
      if (steps > 40) throw new Error('it does not get there');
      const before = world.disk;
      world.run(MINUTE, () => world.disk !== before);
      world.restart();
    }
    obtained(world);
    expect([world.ca.orders.size, world.ca.accounts.size]).toEqual([1, 1]);
  });

  it('does not shorten a pause', () => {
    const world = new World();
    world.isConnected = false;
    world.run(DAY);
    const { failures } = world.state.record;
    for (let at = 0; at < 50; at++) {
      world.restart(1000);
      world.run(10);
    }
    expect(world.state.record.failures - failures).toBeLessThanOrEqual(1);
  });

  it('with a clock that went back waits for no longer than a day', () => {
    const world = new World();
    world.isConnected = false;
    world.run(HOUR);
    world.now = { ...world.now, wall: world.now.wall - 3650 * DAY };
    world.isConnected = true;
    world.restart();
    world.run(1.5 * DAY);
    expect(world.certificate).toBeDefined();
  });

  it('with a challenge that is configured no more takes the old one away', () => {
    const world = new World({ challenge: 'dns-01' });
    world.run(HOUR, () => world.published !== undefined);
    world.config = { ...world.config, challenge: 'http-01' };
    world.restart();
    obtained(world.run(HOUR));
    expect(world.published).toBeUndefined();
  });
});

describe('an authority that refuses nonces', () => {
  it('is asked again at once', () => {
    const world = new World();
    world.ca.nonceRefusals = 5;
    obtained(world.run(HOUR));
    expect(world.ca.orders.size).toBe(1);
  });

  it('is left alone when it refuses all of them', () => {
    const world = new World();
    world.ca.nonceRefusals = 10;
    world.run(DAY);
    expect(world.state.failure).toEqual({
      blame: 'alert',
      reason: 'account: 400, badNonce: about badNonce',
    });
    expect(world.ca.count('new-account')).toBeLessThan(21 * 35);
  });
});

describe('a failure', () => {
  const at = (name: string, type: string, status = 403, fields = {}) => {
    const world = new World();
    world.ca.interfere = (asked) =>
      asked === name ? response(status, problem(type), fields) : undefined;
    return world;
  };

  it.each([
    ['new-account', 'invalidContact', 'config', 400],
    ['new-account', 'serverInternal', 'alert', 500],
    ['new-order', 'rejectedIdentifier', 'config', 403],
    ['new-order', 'rateLimited', 'alert', 429],
    ['new-order', 'accountDoesNotExist', 'alert', 400],
    ['order', 'malformed', 'alert', 404],
    ['finalize', 'badCSR', 'peer', 400],
    ['finalize', 'caa', 'config', 403],
    ['certificate', 'unheardOf', 'peer', 400],
    ['directory', '', 'alert', 503],
  ])('of %s, %s, is for %s', (name, type, blame, status) => {
    const world = at(name, type, status).run(10 * MINUTE);
    expect(world.state.failure).toMatchObject({ blame });
    expect(world.state.failure?.reason).toContain(type);
    const asked = world.ca.seen.length;
    world.run(30 * DAY);
    // At most one attempt an hour, after a few that come sooner.
    const attempts = world.ca.count(name);
    expect(attempts).toBeGreaterThan(20);
    expect(attempts).toBeLessThan(30 * 24 + 12);
    expect(world.ca.seen.length).toBeLessThan(asked + attempts * 12);
    world.ca.interfere = () => undefined;
    obtained(world.run(1.3 * DAY));
    expect(world.state.record.failures).toBe(0);
  });

  it('of a proof is the operator’s, and tried again with a new order', () => {
    const world = new World();
    world.ca.look = () => false;
    world.run(DAY);
    const reason = 'www.example.org: incorrectResponse: about incorrectResponse';
    expect(world.state.failure).toEqual({ blame: 'config', reason });
    expect(world.ca.orders.size).toBeLessThan(9);
    expect(world.ca.orders.size).toBeGreaterThan(4);
    expect(world.published).toBeUndefined();
  });

  it('of a publication is tried again with the same order', () => {
    const world = new World({ challenge: 'dns-01' });
    world.canPublish = false;
    world.run(2 * MINUTE);
    expect(world.state.failure).toEqual({ blame: 'alert', reason: 'nobody listens' });
    world.canPublish = true;
    obtained(world.run(HOUR));
    expect(world.ca.orders.size).toBe(1);
  });

  it('of the network is tried again with the same order', () => {
    const world = new World();
    world.run(HOUR, () => world.state.session.order?.status === 'ready');
    world.isConnected = false;
    world.run(3 * MINUTE);
    world.isConnected = true;
    obtained(world.run(HOUR));
    expect(world.ca.orders.size).toBe(1);
  });

  it('ends when the authority says, and never later than after a day', () => {
    for (const [told, least, most] of [
      ['7200', 2 * HOUR, 2 * HOUR + MINUTE],
      ['999999999', DAY, DAY + MINUTE],
      ['99999999999999', HOUR, 1.3 * HOUR],
      ['Fri, 15 Jan 2027 12:00:00 GMT', 4 * HOUR - MINUTE, 4 * HOUR + MINUTE],
      ['Fri, 15 Jan 2010 12:00:00 GMT', HOUR, 1.3 * HOUR],
    ] as const) {
      const world = at('new-order', 'rateLimited', 429, { 'retry-after': told });
      const start = world.now.wall;
      world.run(HOUR / 2);
      expect(world.ca.count('new-order')).toBe(1);
      world.run(2 * DAY, () => world.ca.count('new-order') === 2);
      expect(world.now.wall - start).toBeGreaterThanOrEqual(least);
      expect(world.now.wall - start).toBeLessThan(most);
    }
  });

  it('does not stop the use of the certificate', () => {
    const world = new World().run(HOUR);
    const first = world.certificate;
    world.isConnected = false;
    world.run(70 * DAY);
    expect(world.certificate).toEqual(first);
    world.isConnected = true;
    obtained(world.run(2 * HOUR));
  });
});

describe('a record', () => {
  it('of something else is refused', () => {
    const disk = new World().run(HOUR).disk ?? new Uint8Array();
    const text = new TextDecoder().decode(disk);
    const reason = (changed: string) => {
      const parsed = parseRecord(new TextEncoder().encode(changed), ALGORITHMS);
      return parsed.ok ? 'fine' : `${parsed.error.blame}: ${parsed.error.reason}`;
    };
    expect(reason(text)).toBe('fine');
    expect(reason('')).toBe('config: it is damaged');
    expect(reason(text.slice(1))).toBe('config: it is damaged');
    expect(reason('[]')).toBe('config: it is no object');
    expect(reason(text.replace('"format":1', '"format":2'))).toBe(
      'config: it has a format of another version',
    );
    expect(reason(text.replace('"account":', '"a":'))).toBe('config: it has no account');
    const other = JSON.parse(new TextDecoder().decode(new World({}, 9).run(HOUR).disk));
    const mixed = JSON.parse(text);
    mixed.certificate.key = other.certificate.key;
    expect(reason(JSON.stringify(mixed))).toBe(
      'config: its certificate and its key do not belong together',
    );
    const ed = { ...ALGORITHMS, account: eddsa(ed25519), sha256 };
    const parsed = parseRecord(disk, ed);
    expect(parsed.ok ? '' : parsed.error.reason).toBe('it has no key for EdDSA');
  });
});
