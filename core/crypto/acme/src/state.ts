import type { Entropy } from '@atoll/device/system';
import { randomBelow } from '@atoll/device/system';
import type { Failure } from '@atoll/result/result';
import { firstCheck, nextCheck } from './check-time.ts';
import type { AcmeConfig } from './config.ts';
import type { Moment } from './moment.ts';
import type { Authorization, Directory, Order } from './packet.ts';
import type { Remedy } from './problem.ts';
import type { AcmeRecord } from './record.ts';

/** All that a client remembers. */
export interface AcmeState {
  readonly record: AcmeRecord;
  /** The record that is on the disk: nothing is done before it is the same. */
  readonly durable: AcmeRecord | undefined;
  readonly session: Session;
  /** Why the last attempt failed, until one succeeds. */
  readonly failure: Failure | undefined;
}

/** What the authority said lately; a restart, and each failure, forgets it. */
export interface Session {
  readonly directory: Directory | undefined;
  /** The nonce for the next request. */
  readonly nonce: string | undefined;
  readonly order: Order | undefined;
  /** Of that order, by URL. */
  readonly authorizations: ReadonlyMap<string, Authorization>;
  /** Whether the publication of the record is there for all to see. */
  readonly isPublished: boolean;
  /** The URL of the challenge that the authority was told to look at. */
  readonly accepted: string | undefined;
  /** Monotonic time before which the authority is left alone. */
  readonly pauseUntil: number;
  /** How many answers there were. */
  readonly answers: number;
  /** How often the authority was asked in vain whether it is done. */
  readonly polls: number;
  /** Monotonic time at which to ask when to renew. */
  readonly checkAt: number;
  /** Whether an order does not say what it replaces. */
  readonly hidesPredecessor: boolean;
  /** How often in a row it did not like its own nonce. */
  readonly nonceRefusals: number;
}

/** A client that goes on from `stored`, or starts with a new account. */
export function begin(
  config: AcmeConfig,
  stored: AcmeRecord | undefined,
  now: Moment,
  entropy: Entropy,
): AcmeState {
  const record =
    stored === undefined ? newRecord(config, entropy) : revised(config, stored, entropy);
  // However far the clock was set back meanwhile, no pause is longer than one that is made.
  const pause = Math.min(Math.max(0, record.retryAt - now.wall), LONGEST_PAUSE);
  const { certificate } = record;
  const checkAt = certificate ? firstCheck(certificate, now) : NEW_SESSION.checkAt;
  const session = { ...NEW_SESSION, pauseUntil: now.monotonic + pause, checkAt };
  return { record, durable: stored, session, failure: undefined };
}

/**
 * The state after a failure: the authority is left alone, for longer each time. While the next certificate is not due, it was
 * only a question when that will be, which can be asked later.
 */
export function failed(
  config: AcmeConfig,
  state: AcmeState,
  failure: Failure & { readonly remedy: Remedy; readonly retryAfter?: number | undefined },
  now: Moment,
  entropy: Entropy,
): AcmeState {
  if (isIdle(config, state.record, now)) {
    return { ...state, session: { ...NEW_SESSION, checkAt: nextCheck(now) } };
  }
  const { blame, reason, remedy, retryAfter = 0 } = failure;
  const failures = state.record.failures + 1;
  const backOff = Math.min(remedy.delay * 2 ** Math.min(failures - 1, 20), remedy.longest);
  const jitter = 1 + randomBelow(entropy, 256) / 1024;
  const pause = Math.min(Math.max(backOff * jitter, retryAfter), LONGEST_PAUSE);
  const { account } = state.record;
  const keepsOrder = remedy.voids === 'nothing' && failures % ORDER_PATIENCE !== 0;
  return {
    ...state,
    record: {
      ...state.record,
      account: remedy.voids === 'account' ? { ...account, url: undefined } : account,
      order: keepsOrder ? state.record.order : undefined,
      failures,
      retryAt: now.wall + pause,
    },
    session: {
      ...NEW_SESSION,
      isPublished: state.session.isPublished,
      checkAt: state.session.checkAt,
      pauseUntil: now.monotonic + pause,
    },
    failure: { blame, reason },
  };
}

export const NEW_SESSION: Session = {
  directory: undefined,
  nonce: undefined,
  order: undefined,
  authorizations: new Map(),
  isPublished: false,
  accepted: undefined,
  pauseUntil: 0,
  answers: 0,
  polls: 0,
  checkAt: Number.POSITIVE_INFINITY,
  hidesPredecessor: false,
  nonceRefusals: 0,
};

/** When the next certificate is to be had, by the wall's clock: at once when there is none for what is configured. */
export function dueAt(config: AcmeConfig, { certificate }: AcmeRecord): number {
  const isGood =
    certificate !== undefined &&
    certificate.directory === config.directory &&
    isForSettings(certificate, config);
  return isGood ? certificate.renewAt : 0;
}

/** Whether there is a certificate, and the next one is not due. */
export function isIdle(config: AcmeConfig, record: AcmeRecord, { wall }: Moment): boolean {
  return record.order === undefined && dueAt(config, record) > wall;
}

/** Whether a certificate or an order is for what is configured now. */
function isForSettings({ names }: { readonly names: readonly string[] }, config: AcmeConfig) {
  return names.length === config.names.length && names.every((name) => config.names.includes(name));
}

function newRecord({ directory, algorithms }: AcmeConfig, entropy: Entropy): AcmeRecord {
  return {
    directory,
    account: { key: algorithms.account.generate(entropy), url: undefined },
    order: undefined,
    certificate: undefined,
    publication: undefined,
    failures: 0,
    retryAt: 0,
  };
}

/** An account is known to one authority only, and an order is for the names of its time. The certificate is still good. */
function revised(config: AcmeConfig, stored: AcmeRecord, entropy: Entropy): AcmeRecord {
  const { certificate, publication, order } = stored;
  if (stored.directory !== config.directory) {
    return { ...newRecord(config, entropy), certificate, publication };
  }
  const hasOtherChallenge = publication !== undefined && publication.type !== config.challenge;
  const isOther = order !== undefined && !isForSettings(order, config);
  return hasOtherChallenge || isOther ? { ...stored, order: undefined } : stored;
}

/** A day, and the jitter on top of it. */
const LONGEST_PAUSE = 1.25 * 86_400_000;
/** After so many failures in a row a new order is tried. */
const ORDER_PATIENCE = 5;
