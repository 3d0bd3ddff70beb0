import type { CloseReason } from '@atoll/device/socket';
import { ReceiveBuffer } from '../buffer/receive.ts';
import { SendBuffer } from '../buffer/send.ts';
import { ReceiveWindow } from '../buffer/window.ts';
import type { CongestionControl } from '../congestion/control.ts';
import { Prr } from '../congestion/prr.ts';
import type { TcpFeatures } from '../features.ts';
import { ALL_FEATURES } from '../features.ts';
import { Rack } from '../recovery/rack.ts';
import { Scoreboard } from '../recovery/scoreboard.ts';
import { RoundTrip } from '../rtt.ts';
import type { ConnectionParameters } from './parameters.ts';
import { DEFAULT_LIMITS } from './parameters.ts';
import type { Transmission } from './transmission.ts';
import { emptyTransmission } from './transmission.ts';

/** States of RFC 9293 section 3.3.2. LISTEN has no connection. */
export type State =
  | 'SYN_SENT'
  | 'SYN_RECEIVED'
  | 'ESTABLISHED'
  | 'FIN_WAIT_1'
  | 'FIN_WAIT_2'
  | 'CLOSE_WAIT'
  | 'CLOSING'
  | 'LAST_ACK'
  | 'TIME_WAIT'
  | 'CLOSED';

/**
 * `open`: nothing is known to be missing; `recovery`: something was lost and is sent again (RFC 5681
 * section 3.2); `loss`: the timer expired, and what the path takes is found out anew.
 */
export type Phase = 'open' | 'recovery' | 'loss';

/** A timer that does not run. */
export const NEVER = Number.POSITIVE_INFINITY;

// What is to be sent at the next occasion, besides data:
/** a reset, after which the connection is gone, */
export const NEEDS_RESET = 0x01;
/** a reset for an acknowledgment of what was never sent (`resetSequence`), */
export const NEEDS_REJECTION = 0x02;
/** a SYN, or SYN and ACK, */
export const NEEDS_SYN = 0x04;
/** an acknowledgment, at once, */
export const NEEDS_ACK = 0x08;
/** a segment before the window, which the peer has to acknowledge, */
export const NEEDS_PROBE = 0x10;
/** the tail of what is on its way, again (RFC 8985 section 7), */
export const NEEDS_TAIL = 0x20;
/** lost data, whatever the congestion window says (RFC 6298 section 5.4), */
export const NEEDS_RESEND = 0x40;
/** or as much as there is and fits, though that is little (RFC 9293 section 3.8.6.2.1). */
export const NEEDS_LITTLE = 0x80;

/** What the application must be told: the handshake is over; */
export const CONNECTED = 0x01;
/** something came, or the peer finished; */
export const READABLE = 0x02;
/** there is room again; */
export const WRITABLE = 0x04;
/** it is over. */
export const CLOSED = 0x08;

/**
 * Everything that is remembered of one connection (the TCB of RFC 9293 section 3.3.1). All times are in
 * milliseconds, all sequence numbers 32 bits unsigned.
 */
export class ControlBlock {
  state: State = 'CLOSED';
  readonly parameters: ConnectionParameters;
  readonly features: TcpFeatures;
  closeReason: CloseReason | undefined;
  /** The application was told that it is over. */
  isOver = false;
  /** We opened it. */
  isActive = false;
  /** Bits of what is to be sent, and of what the application is to be told. */
  needs = 0;
  events = 0;
  /** When something happened last. */
  now: number;

  // Sending.
  readonly send: SendBuffer;
  readonly transmission: Transmission;
  sndUna: number;
  sndNxt: number;
  /** SND.UNA + SND.WND: up to where the peer lets us send. */
  sndEdge: number;
  sndWl1 = 0;
  sndWl2 = 0;
  sndScale = 0;
  /** What our windows are shifted by; -1 when the peer does not know of scales. */
  rcvScale = -1;
  /** The largest window that the peer ever announced (MAX.SND.WND of RFC 5961). */
  mostWindow = 0;
  /** The application ended; then the FIN is sent, and its number is that of the end of `send`. */
  isFinQueued = false;
  isFinSent = false;
  /** How far automatic tuning may let `send` grow. */
  readonly mostSend: number;
  /** Small segments leave at once. */
  noDelay = false;
  /** Behind the last small segment that was sent (Minshall's variant of Nagle's algorithm). */
  smallEnd: number;
  /** The application wrote more than there was room for. */
  isWriteBlocked = false;
  /** The retransmission timer asks for the peer's window. */
  isPersisting = false;
  lastSentAt = 0;
  resetSequence = 0;

  // Segments.
  /** Payload of a full segment to the peer without selective acknowledgments; see `mtu.ts`. */
  mss = 536;
  peerMss = 536;
  pathMss: number;
  /** What experience says that the path takes. */
  limitMss = Number.POSITIVE_INFINITY;
  raiseAt = NEVER;
  raiseDelay = 0;
  /** A larger segment that is tried; the size is 0 when there is none. */
  trialSize = 0;
  trialStart = 0;
  trialEnd = 0;

  // Loss and congestion.
  readonly board = new Scoreboard();
  readonly rack = new Rack();
  readonly prr = new Prr();
  readonly roundTrip = new RoundTrip();
  congestion: CongestionControl;
  phase: Phase = 'open';
  /** SND.NXT when the phase began (RecoveryPoint of RFC 6675). */
  recoveryPoint: number;
  /** Duplicate acknowledgments are for what we sent again, until more than that is acknowledged. */
  isRecoveryPointHeld = false;
  /** Without selective acknowledgments: the timer goes on until recovery is over, see `restartTimers`. */
  isImpatient = false;
  /** Bytes that duplicate acknowledgments tell of, when the peer cannot say which. */
  duplicateBytes = 0;
  duplicates = 0;
  /** Timeouts since something was acknowledged. */
  timeouts = 0;
  /** The retransmission timeout was doubled, and no round trip was measured since. */
  isBackedOff = false;
  /** The path is long, see `pacing.ts`: when what was sent has left at its rate, and bytes that need not wait. */
  isPaced = false;
  pacedUntil = 0;
  unpaced = 0;
  /** Acknowledged data up to here was sent while the congestion window was the limit. */
  limitedPoint: number;
  /** The next round trip is measured with what is behind this. */
  timedPoint: number;
  /** What may be undone: from where on, when it was first sent again (-1: not yet), and bytes of it. */
  canUndo = false;
  undoPoint: number;
  undoSentAt = -1;
  undoBytes = 0;
  /** TLP.end_seq and TLP.is_retrans. */
  isTailProbed = false;
  tailEnd: number;
  isTailResent = false;

  // Receiving.
  readonly receive: ReceiveBuffer;
  readonly window: ReceiveWindow;
  /** Last.ACK.sent of RFC 7323. */
  lastAckSent = 0;
  /** Segments that are still acknowledged at once, for slow start at the peer. */
  quickAcks = QUICK_ACKS;
  /** There may be something to report selectively. */
  hasReport = false;
  /** What came is shown to the application where it is. */
  isLent = false;
  /** The peer's FIN was seen, and its number; it may be behind a gap. */
  isFinKnown = false;
  peerFin = 0;
  isFinReceived = false;

  // Options that both sides agreed on.
  usesSacks = false;
  /** Losses are told by time, and tails are probed (RFC 8985). */
  usesRack = false;
  usesTimestamps = false;
  readonly timestampOffset: number;
  tsRecent = 0;
  tsRecentAt = 0;

  // Timers, infinite when they do not run; see `timer.ts`.
  retransmitAt = NEVER;
  probeAt = NEVER;
  reorderAt = NEVER;
  ackAt = NEVER;
  idleAt = NEVER;
  roomAt = NEVER;
  paceAt = NEVER;
  keepAliveMs = 0;
  userTimeoutMs = DEFAULT_USER_TIMEOUT_MS;
  /** When the peer was heard last, and when it last acknowledged what we wait for. */
  heardAt: number;
  progressAt: number;
  /** SYNs that were sent, and probes since the peer was heard. */
  syns = 0;
  probes = 0;
  /** When the last answer to a segment that was not acceptable was given. */
  answeredAt = Number.NEGATIVE_INFINITY;
  /** When ICMP said last that there is no way. */
  unreachableAt = Number.NEGATIVE_INFINITY;

  constructor(parameters: ConnectionParameters, now: number) {
    const { initialSequence, pool, mss, wire, features = ALL_FEATURES } = parameters;
    const { buffers } = parameters;
    const limits = buffers === undefined ? DEFAULT_LIMITS : { ...DEFAULT_LIMITS, ...buffers };
    this.parameters = parameters;
    this.features = features;
    this.now = now;
    this.heardAt = now;
    this.progressAt = now;
    this.pathMss = mss;
    this.timestampOffset = parameters.timestampOffset;
    this.sndUna = initialSequence;
    this.sndNxt = initialSequence;
    this.sndEdge = initialSequence;
    this.smallEnd = initialSequence;
    this.recoveryPoint = initialSequence;
    this.limitedPoint = initialSequence;
    this.timedPoint = initialSequence;
    this.undoPoint = initialSequence;
    this.tailEnd = initialSequence;
    this.mostSend = limits.mostSend;
    this.send = new SendBuffer(pool, limits.send);
    this.send.reset((initialSequence + 1) >>> 0);
    this.board.clear((initialSequence + 1) >>> 0);
    this.receive = new ReceiveBuffer(pool, limits.receive, wire);
    const most = features.autoTuning ? limits.mostReceive : limits.receive;
    this.window = new ReceiveWindow(this.receive, Math.min(mss, FIRST_SEGMENT), most);
    this.congestion = features.congestion(this.mss);
    this.transmission = parameters.transmission ?? emptyTransmission(this.send);
  }
}

/** Bytes on their way as far as we know: pipe of RFC 6675. */
export function pipe(c: ControlBlock): number {
  const { board } = c;
  return ((c.sndNxt - c.sndUna) | 0) - board.sackedBytes - board.lostBytes - c.duplicateBytes;
}

/** The connection is established, in one direction at least, and not over. */
export function isSynchronized({ state }: ControlBlock): boolean {
  switch (state) {
    case 'SYN_SENT':
    case 'SYN_RECEIVED':
    case 'TIME_WAIT':
    case 'CLOSED':
      return false;
    default:
      return true;
  }
}

/** Our clock in timestamps. */
export function timestampAt(c: ControlBlock, now: number): number {
  return (now + c.timestampOffset) >>> 0;
}

/** Full segments of ours that a peer in slow start waits for at first. */
const QUICK_ACKS = 16;
/** What the peer's segments are taken for until one is larger. */
const FIRST_SEGMENT = 536;
/** RFC 9293 section 3.8.3: R2 is at least 100 seconds; five minutes since RFC 793. */
const DEFAULT_USER_TIMEOUT_MS = 300_000;
