import { aesCcm } from '@atoll/primitives/reference/aes-ccm';
import { aes128Gcm, aes256Gcm } from '@atoll/primitives/reference/aes-gcm';
import { chacha20Poly1305 } from '@atoll/primitives/reference/chacha20-poly1305';
import { sha256, sha384 } from '@atoll/primitives/reference/sha2';
import type { ClientConfig, Target } from '../../src/client/config.ts';
import type { ServerConfig } from '../../src/server/config.ts';
import { tls12Client } from '../../src/tls12/client.ts';
import { tls12Server } from '../../src/tls12/server.ts';
import { ecdheSuite } from '../../src/tls12/suite.ts';
import { credentials, Pair } from '../kit.ts';

export const SUITES12 = {
  aes128: ecdheSuite(aes128Gcm, sha256),
  aes256: ecdheSuite(aes256Gcm, sha384),
  chacha: ecdheSuite(chacha20Poly1305, sha256),
  ccm: ecdheSuite(aesCcm(16, 16), sha256),
  ccm256: ecdheSuite(aesCcm(32, 16), sha256),
};

const ALL = Object.values(SUITES12);

/** An end that speaks TLS 1.2 beside TLS 1.3. */
export const BOTH_CLIENT = { tls12: tls12Client(ALL) };
export const BOTH_SERVER = { tls12: tls12Server(ALL) };

/** An end that speaks TLS 1.2 only. */
export const OLD_CLIENT = { ...BOTH_CLIENT, suites: [] };
export const OLD_SERVER = { ...BOTH_SERVER, suites: [] };

/** Signs faster than others. */
export const QUICK = {
  credentials: () => [credentials({ purpose: 'server', name: 'host' }, 'ed25519')],
};

/** A client and a server that speak TLS 1.2 only. */
export function pair12(
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
  target?: Target,
  seed?: number,
  now?: number,
): Pair {
  return new Pair({ ...OLD_CLIENT, ...client }, { ...OLD_SERVER, ...server }, target, seed, now);
}
