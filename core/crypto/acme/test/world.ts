import { p256 } from '@atoll/primitives/reference/nist';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { expect as unwrap } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import type { Publication } from '../src/challenge.ts';
import type { AcmeConfig } from '../src/config.ts';
import type { Action, Event } from '../src/engine.ts';
import { handle, plan } from '../src/engine.ts';
import { es256 } from '../src/key.ts';
import type { Moment } from '../src/moment.ts';
import { emitRecord, parseRecord } from '../src/record.ts';
import type { AcmeState } from '../src/state.ts';
import { begin } from '../src/state.ts';
import { TestCa } from './ca.ts';

const KEY = es256(p256, sha256);

export const ALGORITHMS: AcmeConfig['algorithms'] = {
  ...{ account: KEY, certificate: KEY, sha256, signatures: [KEY.signature] },
};

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** How an action ends early: before it was done, or after it and before anybody heard of it. */
export type Crash = 'before' | 'after';

/** A client, an authority, a disk and two clocks that only move when everybody waits. */
export class World {
  readonly ca: TestCa;
  readonly entropy: Random;
  config: AcmeConfig;
  now: Moment = { monotonic: 0, wall: 1_800_000_000_000 };
  disk: Uint8Array | undefined;
  published: Publication | undefined;
  /** Whether requests come through. */
  isConnected = true;
  canPublish = true;
  state: AcmeState;
  /** What was done, in order. */
  readonly done: string[] = [];

  constructor(settings: Partial<AcmeConfig> = {}, seed = 1) {
    this.ca = new TestCa(seed);
    this.entropy = new Random(seed + 1);
    this.config = {
      directory: this.ca.url,
      names: ['www.example.org'],
      contacts: ['mailto:admin@example.org'],
      challenge: 'http-01',
      externalAccount: undefined,
      algorithms: ALGORITHMS,
      ...settings,
    };
    this.ca.look = (type, name, token, proof) => {
      const { published } = this;
      return (
        published !== undefined &&
        published.type === type &&
        published.name === name &&
        published.token === token &&
        published.keyAuthorization === proof
      );
    };
    this.state = begin(this.config, undefined, this.now, this.entropy);
  }

  get certificate() {
    return this.state.durable?.certificate;
  }

  /** The power goes away, and comes back after `ms`. What only lived in memory is gone. */
  restart(ms = 1000): void {
    this.pass(ms);
    const stored = this.disk && unwrap(parseRecord(this.disk, this.config.algorithms));
    if (this.published?.type !== 'dns-01') this.published = undefined;
    this.now = { ...this.now, monotonic: 0 };
    this.state = begin(this.config, stored, this.now, this.entropy);
  }

  /** Goes on until there is nothing to do before `end`, or it `isEnough`. */
  run(ms: number, isEnough: () => boolean = () => false): this {
    const end = this.now.wall + ms;
    for (let steps = 0; !isEnough(); steps++) {
      if (steps > 20_000) throw new Error('it never rests');
      const action = this.next();
      if (action.do !== 'wait') {
        this.perform(action);
        continue;
      }
      const left = Math.min(action.until - this.now.monotonic, end - this.now.wall);
      this.pass(Math.max(0, left));
      if (this.now.wall >= end) break;
    }
    return this;
  }

  next(): Action {
    return plan(this.config, this.state, this.now, this.entropy);
  }

  perform(action: Exclude<Action, { do: 'wait' }>, crash?: Crash): void {
    this.done.push(action.do === 'request' ? action.step.name : action.do);
    const event = crash === 'before' ? undefined : this.#event(action);
    if (crash !== undefined || event === undefined) this.restart();
    else this.state = handle(this.config, this.state, event, this.now, this.entropy);
  }

  pass(ms: number): void {
    this.now = { monotonic: this.now.monotonic + ms, wall: this.now.wall + ms };
  }

  #event(action: Exclude<Action, { do: 'wait' }>): Event {
    switch (action.do) {
      case 'save':
        this.disk = emitRecord(action.record);
        return { kind: 'saved', record: action.record };
      case 'request': {
        if (!this.isConnected) return { kind: 'unanswered', reason: 'there is no connection' };
        this.pass(20);
        const response = this.ca.handle(action.request, this.now.wall);
        return { kind: 'answered', step: action.step, response };
      }
      case 'publish':
        if (!this.canPublish) return { kind: 'unpublished', reason: 'nobody listens' };
        this.published = action.publication;
        return { kind: 'published' };
      case 'withdraw':
        this.published = undefined;
        return { kind: 'withdrawn' };
    }
  }
}
