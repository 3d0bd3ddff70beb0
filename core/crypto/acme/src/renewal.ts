/** When a certificate is to be replaced: at two thirds of its lifetime, or when the authority says so (RFC 9773). */
import type { Entropy } from '@atoll/device/system';
import { randomBelow } from '@atoll/device/system';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import type { Certificate } from '@atoll/x509/certificate';
import { checkChain, parseChain } from './chain.ts';
import { CHECK_PAUSE, firstCheck } from './check-time.ts';
import { isObject, parseJsonObject } from './json.ts';
import type { Context, Outcome } from './outcome.ts';
import { take } from './outcome.ts';
import type { CertificateRecord } from './record.ts';
import { retryAfter } from './retry-after.ts';
import { NEW_SESSION } from './state.ts';
import { parseTimestamp } from './timestamp.ts';

/** The answer that an order ends with. */
export function takeCertificate({ config, state, response, now, entropy }: Context): Outcome {
  const { order, directory } = state.record;
  if (order === undefined) throw new Error('a certificate without an order');
  const { key, names } = order;
  const { certificate: algorithm, signatures } = config.algorithms;
  return take(parseChain(response.body), (chain) => {
    const ordered = { names, publicKey: algorithm.publicKey(key) };
    return take(checkChain(chain, ordered, signatures, now.wall), () => {
      const [own] = chain;
      // Whatever lifetime the authority gives, it is not asked without pause.
      const renewAt = Math.max(renewalTime(own, entropy), now.wall + MINUTE);
      const certificate = {
        ...{ directory, names, key, renewAt, notAfter: own.notAfter, obtainedAt: now.wall },
        chain: chain.map(({ bytes }) => bytes),
      };
      return {
        record: { certificate, order: undefined, failures: 0, retryAt: 0 },
        session: { ...NEW_SESSION, checkAt: firstCheck(certificate, now) },
      };
    });
  });
}

/** At two thirds of the lifetime, or up to one twenty-fourth of it earlier: not all at the same time. */
function renewalTime({ notBefore, notAfter }: Certificate, entropy: Entropy): number {
  const early = randomBelow(entropy, 1024) / 1024 / 24;
  return Math.floor(notBefore + (notAfter - notBefore) * (2 / 3 - early));
}

/** A time within the window that the authority suggests: the one that was chosen before, if that is in it (4.2). */
export function takeRenewalInfo(
  { response, now, entropy }: Context,
  certificate: CertificateRecord,
): Outcome {
  return take(parseRenewalInfo(response.body), ({ start, end }) => {
    const told = retryAfter(response.field('retry-after'), now.wall) ?? CHECK_PAUSE;
    const session = { checkAt: now.monotonic + Math.max(told, MINUTE) };
    const { renewAt, notAfter, obtainedAt } = certificate;
    if (renewAt >= start && renewAt <= end) return { session };
    const chosen = start + ((end - start) * randomBelow(entropy, 1024)) / 1024;
    // There has to be time for failures before the end.
    const latest = notAfter - (notAfter - obtainedAt) / 12;
    const changed = { ...certificate, renewAt: Math.floor(Math.min(chosen, latest)) };
    return changed.renewAt === renewAt
      ? { session }
      : { session, record: { certificate: changed } };
  });
}

/** The suggested window, in milliseconds since 1970. */
export function parseRenewalInfo(body: Uint8Array): Result<{ start: number; end: number }> {
  const parsed = parseJsonObject(body);
  if (!parsed.ok) return parsed;
  const { suggestedWindow: window } = parsed.value;
  const start = isObject(window) ? parseTimestamp(window.start) : undefined;
  const end = isObject(window) ? parseTimestamp(window.end) : undefined;
  if (start === undefined || end === undefined || end <= start) return malformed('no window');
  return ok({ start, end });
}

/** Milliseconds. */
const MINUTE = 60_000;
