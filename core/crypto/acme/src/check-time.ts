import { certificateId } from './certificate-id.ts';
import type { Moment } from './moment.ts';
import type { CertificateRecord } from './record.ts';

/** The monotonic time of the first question about `certificate`: not soon, so that who answers with the past is not asked for more. */
export function firstCheck(certificate: CertificateRecord, { monotonic, wall }: Moment): number {
  if (certificateId(certificate) === undefined) return Number.POSITIVE_INFINITY;
  const left = certificate.obtainedAt + CHECK_PAUSE - wall;
  return monotonic + Math.min(Math.max(left, MINUTE), CHECK_PAUSE);
}

/** The next one after a question that was in vain. */
export function nextCheck({ monotonic }: Moment): number {
  return monotonic + CHECK_PAUSE;
}

/** Milliseconds. */
const MINUTE = 60_000;
export const CHECK_PAUSE = 6 * 60 * MINUTE;
