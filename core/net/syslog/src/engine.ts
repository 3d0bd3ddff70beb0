import type { Activity } from '@atoll/appliance/appliance';
import type { Clock, Entropy } from '@atoll/device/system';
import { randomBelow } from '@atoll/device/system';
import type { Level } from '@atoll/log/log';
import type { Entry } from './state.ts';
import { Backlog } from './state.ts';
import type { Channel, ChannelEvents } from './transport/transport.ts';

export interface ClientOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Asks for {@link SyslogClient.poll}. */
  wake(): void;
}

/** A way to the collector, once there is a network. */
export interface Way {
  /** Whether a channel makes sense: before we have an address of our own it does not. */
  readonly isOpen: boolean;
  /** Opens a channel. */
  open(events: ChannelEvents): Channel;
  /** `entry` as the channel takes it; `sequence` counts messages from 1. */
  frame(entry: Entry, sequence: number): Uint8Array;
  /** Hears when the collector can be reached, and when it no longer can, with the reason. */
  onChange(isReached: boolean, reason: string): void;
}

/**
 * Sends log lines to a collector: keeps those that have to wait, opens a channel, and opens it again when
 * it was lost, at first after a second, then less and less often. A line that was not handed over as a whole is sent
 * again; one that was handed over to a connection that then breaks is lost, since no collector says what it got.
 */
export class SyslogClient implements Activity {
  readonly counters = { sent: 0, connects: 0 };
  readonly #options: ClientOptions;
  readonly #backlog: Backlog;
  #way: Way | undefined;
  #channel: Channel | undefined;
  #openAt = Number.POSITIVE_INFINITY;
  #delay = FIRST_DELAY_MS;
  /** When something could first be sent by this channel. */
  #readyAt: number | undefined;
  /** What was said of the collector last. */
  #isReached: boolean | undefined;
  /** The first line of the backlog as it is sent. */
  #frame: Uint8Array | undefined;
  #sequence = 0;
  /** Nothing is sent before: the channel took no more, or had enough at once. */
  #restsUntil = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#backlog = new Backlog(options.clock.monotonic());
  }

  get lost(): number {
    return this.#backlog.lost;
  }

  get isReached(): boolean {
    return this.#readyAt !== undefined;
  }

  /** Has a line sent. What the client itself says about the collector must not come here. */
  add(level: Level, source: string, sentence: string): void {
    const { clock, wake } = this.#options;
    this.#backlog.add({ level, source, sentence, time: clock.wall() }, clock.monotonic());
    if (this.#channel !== undefined) wake();
  }

  /** From now on lines are sent; until then they wait. */
  start(way: Way): void {
    this.#way = way;
    this.#openAt = this.#options.clock.monotonic();
    this.#options.wake();
  }

  poll(now: number): number {
    if (this.#openAt <= now) {
      if (this.#way?.isOpen) this.#open();
      else this.#openAt = now + RETRY_MS;
    }
    if (this.#readyAt === undefined) return this.#openAt;
    if (now < this.#restsUntil) return this.#restsUntil;
    const isBlocked = !this.#drain(now);
    if (this.#backlog.first === undefined) {
      return this.#backlog.isIncomplete ? now + RETRY_MS : Number.POSITIVE_INFINITY;
    }
    this.#restsUntil = now + (isBlocked ? RETRY_MS : PAUSE_MS);
    return this.#restsUntil;
  }

  #open(): void {
    this.#openAt = Number.POSITIVE_INFINITY;
    // Events of a channel that was given up mean nothing.
    let isOver = false;
    this.counters.connects++;
    this.#channel = this.#way?.open({
      onReady: () => {
        if (!isOver) this.#onReady();
      },
      onClosed: (reason) => {
        if (!isOver) this.#onClosed(reason);
        isOver = true;
      },
    });
    if (isOver) this.#channel = undefined;
  }

  #onReady(): void {
    if (this.#readyAt === undefined) {
      this.#readyAt = this.#options.clock.monotonic();
      this.#change(true, '');
    }
    this.#restsUntil = 0;
    this.#options.wake();
  }

  #onClosed(reason: string): void {
    const { clock, entropy, wake } = this.#options;
    const now = clock.monotonic();
    const wasStable = this.#readyAt !== undefined && now - this.#readyAt >= STABLE_MS;
    if (wasStable) this.#delay = FIRST_DELAY_MS;
    // Collectors that come back are not to be asked by everybody at once.
    this.#openAt = now + this.#delay + randomBelow(entropy, Math.ceil(this.#delay / 2));
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY_MS);
    this.#channel = undefined;
    this.#readyAt = undefined;
    this.#frame = undefined;
    this.#change(false, reason);
    wake();
  }

  #change(isReached: boolean, reason: string): void {
    if (this.#isReached === isReached) return;
    this.#isReached = isReached;
    this.#way?.onChange(isReached, reason);
  }

  /** Sends some of what waits; answers whether the channel took it. */
  #drain(now: number): boolean {
    const backlog = this.#backlog;
    if (backlog.first === undefined) backlog.complete(this.#options.clock.wall(), now);
    for (let count = 0; count < MOST_AT_ONCE; count++) {
      const { first } = backlog;
      if (first === undefined) break;
      this.#frame ??= this.#way?.frame(first, this.#nextSequence());
      if (this.#frame === undefined || !this.#channel?.send(this.#frame)) return false;
      this.#frame = undefined;
      this.counters.sent++;
      backlog.shift();
    }
    return true;
  }

  /** Section 7.3.1: from 1 to 2147483647, and from 1 again. */
  #nextSequence(): number {
    this.#sequence = (this.#sequence % 0x7fff_ffff) + 1;
    return this.#sequence;
  }
}

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 60_000;
/** A collector that takes connections only to end them is asked less and less often, too. */
const STABLE_MS = 10_000;
/** When nobody says that there is room. */
const RETRY_MS = 1000;
/** So many messages every so often: what is sent in bursts over UDP fills queues on the way. */
const MOST_AT_ONCE = 16;
const PAUSE_MS = 10;
