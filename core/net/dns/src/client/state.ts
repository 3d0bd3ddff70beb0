/** What the stub resolver remembers while it looks something up. All times in monotonic milliseconds. */
import type { CacheQuestion } from '../cache.ts';
import type { Upstream } from '../forwarder/upstream.ts';
import type { Transport } from '../transport.ts';
import type { Outcome } from './outcome.ts';

/** A question that is being asked. */
export interface Lookup {
  /** By which those who wait know it. */
  readonly number: number;
  readonly key: string;
  /** Its name is canonical. */
  readonly question: CacheQuestion;
  readonly attempts: Attempt[];
  /** The servers that answered that they cannot answer, and what the last of them said. */
  readonly failed: Set<Upstream>;
  failure: Outcome | undefined;
  /** When the next server is asked. */
  retryAt: number;
  /** When there is no answer. */
  readonly deadline: number;
}

/** One query to one server, from a port of its own. */
export interface Attempt {
  /** The number by which the platform knows the source port. */
  readonly port: number;
  readonly lookup: Lookup;
  readonly upstream: Upstream;
  readonly id: number;
  readonly transport: Transport;
  readonly edns: boolean;
  readonly sentAt: number;
  waiting: boolean;
}

/** A lookup that is done with. */
export interface Finished {
  readonly number: number;
  readonly outcome: Outcome;
}
