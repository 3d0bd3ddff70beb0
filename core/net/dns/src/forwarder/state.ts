/** What the forwarder remembers, and what comes out of it. */
import type { Endpoint, IpAddress } from '@atoll/device/socket';
import type { ClientQuery } from '../answer.ts';
import type { CacheQuestion, Resolved } from '../cache.ts';
import type { EdnsOption, ResourceRecord } from '../message.ts';
import type { Name } from '../name.ts';
import type { Transport } from '../transport.ts';
import type { Upstream } from './upstream.ts';

/** A client that waits for an answer. */
export interface Client {
  readonly from: Endpoint;
  /** Our address that it asked, and expects the answer from. */
  readonly to: IpAddress;
  readonly transport: Transport;
  readonly query: ClientQuery;
  /** Local CNAME records that led to the question that is asked upstream. */
  readonly prefix: readonly ResourceRecord[];
}

/** A question that is being asked upstream, once for all clients that want to know. */
export interface Job {
  readonly key: string;
  /** Its name is canonical. */
  readonly question: CacheQuestion;
  readonly clients: Client[];
  readonly attempts: Attempt[];
  /** The servers that answered that they cannot answer. */
  readonly failed: Set<Upstream>;
  /** The last of those answers. */
  failure: Failure | undefined;
  /** When the next server is asked, monotonic milliseconds. */
  retryAt: number;
  /** When all clients are told that there is no answer, monotonic milliseconds. */
  readonly deadline: number;
}

/** One message sent to one server, from a port of its own. */
export interface Attempt {
  /** The number by which the platform knows the source port. */
  readonly port: number;
  readonly job: Job;
  readonly upstream: Upstream;
  readonly id: number;
  /** The name as it was sent, perhaps in mixed letter case. */
  readonly name: Name;
  readonly sentAt: number;
  readonly transport: Transport;
  readonly mixedCase: boolean;
  readonly edns: boolean;
  /** What of the attempt before made this one do without; its answer did not fit in a datagram. */
  readonly retryOf: Habit | undefined;
  waiting: boolean;
}

/** What an upstream server may not cope with. */
export type Habit = 'edns' | 'case' | 'datagram';

export interface Failure {
  readonly rcode: number;
  readonly options: readonly EdnsOption[];
}

export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Resolved }
  /** The answer does not fit in a datagram, and there is no connection for it. */
  | { readonly kind: 'truncated' }
  | { readonly kind: 'failure'; readonly failure: Failure };

/** A question that is done with, and who waits for it. */
export interface Finished {
  readonly question: CacheQuestion;
  readonly clients: readonly Client[];
  readonly outcome: Outcome;
}

/** What the platform is to do for the forwarder. */
export type Transmission =
  /**
   * Send `payload` to `to` from an unpredictable source port that is in use for nothing else, to be
   * known as `port` from now on. What arrives there is for `handleUpstream`; the end of a connection is
   * for `handleClosed`.
   */
  | {
      readonly kind: 'query';
      readonly transport: Transport;
      readonly port: number;
      readonly to: Endpoint;
      readonly payload: Uint8Array;
    }
  /** The source port known as `port` is not needed any more. */
  | { readonly kind: 'close'; readonly port: number };
