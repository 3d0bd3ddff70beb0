import type { Failure } from '@atoll/result/result';
import type { TlsFailure } from '@atoll/tls/alert';
import { describeAlert } from '@atoll/tls/alert';

/**
 * How a handshake ended. `opened`: both sides proved who they are, and the secret went out; `refused`: we found
 * fault with the peer; `left`: the peer did with us, or fell silent.
 */
export type Outcome = 'under way' | 'opened' | 'refused' | 'left';

/** What the page tells of one handshake. */
export class Visit {
  readonly number: number;
  /** The port of the bait. */
  readonly port: number;
  /** The network that the peer is in: its address is nobody's business. */
  readonly from: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** A line for each message, the first ones; what came from us begins with `>`. */
  readonly lines: string[] = [];
  outcome: Outcome = 'under way';
  /** Why it was refused or left. */
  reason = '';

  constructor(number: number, port: number, from: string, time: number) {
    this.number = number;
    this.port = port;
    this.from = from;
    this.time = time;
  }

  trace(line: string): void {
    if (this.lines.length === LINES_MOST) return;
    this.lines.push(line.length > LINE_LONGEST ? `${line.slice(0, LINE_LONGEST)}…` : line);
  }

  end(outcome: Outcome, reason: string): void {
    this.outcome = outcome;
    this.reason = reason.slice(0, LINE_LONGEST);
  }
}

/** Who found fault in a failure, and in which words. */
export function judge(failure: Failure | TlsFailure): [outcome: Outcome, reason: string] {
  const { blame, reason } = failure;
  if (!('alert' in failure) || blame === 'alert') return ['left', reason];
  return ['refused', `${describeAlert(failure.alert)}: ${reason}`];
}

/** A handshake with certificates in both directions has eleven messages. */
const LINES_MOST = 24;
const LINE_LONGEST = 600;
