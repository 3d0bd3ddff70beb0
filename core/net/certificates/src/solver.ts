import type { Failure, Result } from '@atoll/result/result';

/** A TXT record; the name is absolute, without a dot at its end. */
export interface TxtRecord {
  readonly name: string;
  readonly value: string;
}

/** Whoever can change the zone that names are in, for the challenge `dns-01`. */
export interface DnsSolver {
  /** Adds a record, beside others of its name; done when name servers answer it. */
  publish(record: TxtRecord): Promise<Result<undefined, Pick<Failure, 'reason'>>>;
  /** Takes it away. After a restart it may be asked to although the record is not there, which is fine. */
  remove(record: TxtRecord): Promise<Result<undefined, Pick<Failure, 'reason'>>>;
}
