import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, describeAlert, type TlsFailure } from './alert.ts';
import { Deframer } from './deframer.ts';
import { HANDSHAKE } from './frame.ts';
import type { Handshake } from './handshake.ts';
import { emitMessage } from './message.ts';
import { type Content, Receiver, type Run } from './receiver.ts';
import { CONTENT, type RecordProtection } from './record.ts';
import { Sender } from './sender.ts';
import type { Session } from './session.ts';
import type { Action, Connected, Exporter } from './step.ts';

/** What came of something. */
export interface Output {
  /** For the peer, in this order. */
  readonly send: Uint8Array;
  /** What the peer sent, decrypted: views of the bytes that were handled. */
  readonly deliver: readonly Uint8Array[];
  /**
   * Early data, which somebody else may have sent again: only for what may happen twice. Who sent it is not known before
   * `connected` says so.
   */
  readonly early: readonly Uint8Array[];
  readonly events: readonly TlsEvent[];
  /** The connection is over; `send` ends with the alert that says so to the peer. */
  readonly failure?: TlsFailure;
}

export type TlsEvent =
  /** The handshake is done: data may flow. */
  | { readonly kind: 'connected'; readonly connected: Connected }
  /** Something to resume with later. */
  | { readonly kind: 'session'; readonly session: Session }
  /** The peer said that it sends nothing more; we still may, except in TLS 1.2. */
  | { readonly kind: 'closed' }
  /** One handshake message: `> ClientHello …` went out, `< ServerHello …` came in. */
  | { readonly kind: 'trace'; readonly line: string };

/**
 * One end of a TLS connection, over any stream of bytes. Feed it with {@link handle}, and send what it and
 * all others answer. It never waits, and holds at most one record and one handshake message.
 */
export class TlsConnection {
  #handshake: Handshake;
  readonly #tracing: boolean;
  readonly #receiver = new Receiver();
  readonly #deframer = new Deframer();
  readonly #sender = new Sender();
  #exporter: Exporter | undefined;
  #readClosed = false;
  #writeClosed = false;
  /** Whether a message came: before that, even a change_cipher_spec is wrong. */
  #begun: boolean;
  /** Whether a change_cipher_spec came that meant nothing. */
  #pretended = false;
  /** Records since the last data. */
  #idle = 0;
  /** Bytes of early data that may still come; `undefined` when none is taken. */
  #earlyLeft: number | undefined;
  #deliver: Uint8Array[] = [];
  #early: Uint8Array[] = [];
  #events: TlsEvent[] = [];

  /** `actions` are what comes before all: the client's hello. */
  constructor(handshake: Handshake, actions: readonly Action[], tracing: boolean) {
    this.#handshake = handshake;
    this.#tracing = tracing;
    this.#begun = actions.length > 0;
    this.#perform(actions);
    if (this.#begun) this.#sender.flushHello();
  }

  get isConnected(): boolean {
    return this.#exporter !== undefined;
  }

  /** Whether the peer said that it is done, or the connection failed. A stream that ends before was cut. */
  get isReadClosed(): boolean {
    return this.#readClosed;
  }

  get isWriteClosed(): boolean {
    return this.#writeClosed;
  }

  /** The most bytes of data that fit into one record to the peer. */
  get recordCapacity(): number {
    return this.#sender.limit - 1;
  }

  /**
   * How many of `bytes`, the next of the stream, belong to one record: who wants to hold no more than its content
   * gives that many to {@link handle}.
   */
  span(bytes: Uint8Array): number {
    return this.#receiver.span(bytes);
  }

  /**
   * Opens in place, in one step, the records of data with which `bytes`, the next of the stream, begin. `undefined`, and
   * nothing happened, when there are none or something else has to be done first: {@link handle} takes whatever comes.
   */
  openRun(bytes: Uint8Array): Run | undefined {
    if (this.#exporter === undefined || this.#readClosed || this.#deframer.isInside)
      return undefined;
    const run = this.#receiver.openRun(bytes);
    if (run !== undefined) this.#idle = 0;
    return run;
  }

  /** What there is to send before anything came: the client's hello. */
  start(): Output {
    return this.#output();
  }

  /** Takes in the next `bytes` of the stream, which are decrypted in place; `now` in milliseconds since 1970 UTC. */
  handle(bytes: Uint8Array, now: number): Output {
    if (this.#readClosed) return this.#output();
    if (this.#exporter !== undefined && this.#receiver.isWhole(bytes)) {
      return this.#handleWhole(bytes, now);
    }
    this.#receiver.push(bytes);
    while (!this.#readClosed) {
      const content = this.#receiver.next(!this.isConnected);
      if (!content.ok) return this.#fail(content.error);
      if (content.value === undefined) break;
      const handled = this.#handleContent(content.value, now);
      if (!handled.ok) return this.#fail(handled.error);
    }
    return this.#output();
  }

  /**
   * Sends `data`, each record padded with zeros to a multiple of `padTo` bytes; TLS 1.2 has no padding. Throws
   * before the connection is made and when {@link isWriteClosed}: after {@link close}, and in TLS 1.2 also once
   * the peer closed or the keys, which it cannot update, have protected all they may.
   *
   * The records may be in `into`, which lies elsewhere than `data`: where new memory costs more than what is done to it.
   */
  send(data: Uint8Array, padTo = 1, into: Uint8Array = NOTHING): Uint8Array {
    if (!this.isConnected || this.#writeClosed) throw new Error('a connection that cannot send');
    const { protection } = this.#sender;
    if (protection?.isWorn) this.#updateWriting(false);
    else if (padTo === 1 && protection?.update) {
      return this.#sender.sealed(data, protection, into);
    }
    this.#sender.data(data, padTo);
    if (protection?.isWorn && protection.update === undefined) this.#closeWriting();
    return this.#sender.take();
  }

  /** Sends close_notify, once; reading goes on. */
  close(): Uint8Array {
    if (this.#writeClosed) return NOTHING;
    this.#closeWriting();
    return this.#sender.take();
  }

  /** Goes on to new keys for what we send; `both` asks the peer for the same. Throws in TLS 1.2. */
  updateKeys(both: boolean): Uint8Array {
    if (!this.isConnected || this.#writeClosed) throw new Error('a connection that cannot send');
    if (!this.#sender.protection?.update) throw new Error('TLS 1.2 cannot update its keys');
    this.#updateWriting(both);
    return this.#sender.take();
  }

  /**
   * Keying material (RFC 8446, 7.5; RFC 5705), for which only TLS 1.2 tells no context from an empty one.
   * Throws before the connection is made.
   */
  exportKeyingMaterial(label: string, context: Uint8Array | undefined, length: number): Uint8Array {
    if (this.#exporter === undefined) throw new Error('nothing to export before the handshake');
    return this.#exporter.export(label, context, length);
  }

  /** What {@link handle} does with one record, mostly of data, once connected: in as few steps as can be. */
  #handleWhole(record: Uint8Array, now: number): Output {
    const opened = this.#receiver.openWhole(record);
    if (!opened.ok) return this.#fail(opened.error);
    const { type, start, end } = opened.value;
    const bytes = record.subarray(start, end);
    const isData = type === CONTENT.APPLICATION_DATA && end > start && !this.#deframer.isInside;
    if (isData && this.#events.length === 0) {
      this.#idle = 0;
      return { send: NOTHING, deliver: [bytes], early: NONE, events: NONE };
    }
    const handled = this.#handleContent({ type, bytes, isProtected: true }, now);
    return handled.ok ? this.#output() : this.#fail(handled.error);
  }

  #handleContent(
    { type, bytes, isProtected }: Content,
    now: number,
  ): Result<undefined, TlsFailure> {
    if (type === CONTENT.CHANGE_CIPHER_SPEC && !isProtected) return this.#handleChange(bytes, now);
    if (type !== CONTENT.HANDSHAKE && this.#deframer.isInside) {
      return abort(ALERT.UNEXPECTED_MESSAGE, `a record of type ${type} inside of a message`);
    }
    if (type === CONTENT.APPLICATION_DATA && this.isConnected) {
      if (bytes.length === 0) return this.#countIdle();
      this.#idle = 0;
      this.#deliver.push(bytes);
      return DONE;
    }
    if (type === CONTENT.APPLICATION_DATA && this.#earlyLeft !== undefined) {
      return this.#handleEarlyData(bytes, this.#earlyLeft);
    }
    if (bytes.length === 0) return abort(ALERT.UNEXPECTED_MESSAGE, 'an empty record');
    const idle = this.isConnected ? this.#countIdle() : DONE;
    if (!idle.ok) return idle;
    if (type === CONTENT.HANDSHAKE) return this.#handleHandshake(bytes, now);
    if (type === CONTENT.ALERT) return this.#handleAlert(bytes);
    return abort(ALERT.UNEXPECTED_MESSAGE, `a record of type ${type} now`);
  }

  #handleEarlyData(content: Uint8Array, left: number): Result<undefined, TlsFailure> {
    if (content.length === 0) return this.#countIdle();
    if (content.length > left) return abort(ALERT.UNEXPECTED_MESSAGE, 'too much early data');
    this.#earlyLeft = left - content.length;
    this.#early.push(content);
    return DONE;
  }

  #handleHandshake(content: Uint8Array, now: number): Result<undefined, TlsFailure> {
    this.#deframer.push(content);
    for (;;) {
      const next = this.#deframer.next();
      if (!next.ok) return next;
      const message = next.value;
      if (message === undefined) return DONE;
      this.#begun = true;
      this.#traceMessage('<', message);
      const stepped = this.#handshake.handle(message, now);
      if (!stepped.ok) return stepped;
      const performed = this.#perform(stepped.value);
      if (!performed.ok) return performed;
    }
  }

  #handleAlert(content: Uint8Array): Result<undefined, TlsFailure> {
    if (content.length !== 2) return abort(ALERT.DECODE_ERROR, 'an alert of another length');
    const [level, alert] = content;
    if (alert === ALERT.USER_CANCELED) return this.isConnected ? DONE : this.#countIdle();
    if (alert === ALERT.CLOSE_NOTIFY && this.isConnected) {
      this.#readClosed = true;
      this.#receiver.protection?.wipe();
      this.#events.push({ kind: 'closed' });
      // What is to be sent yet is lost (RFC 5246, 7.2.1).
      if (this.#handshake.version === 'TLS 1.2') this.#closeWriting();
      return DONE;
    }
    const isBorne = level === WARNING && alert !== ALERT.CLOSE_NOTIFY;
    if (isBorne && this.#handshake.bearsWarnings) {
      return this.isConnected ? DONE : this.#countIdle();
    }
    const reason = `the peer sent ${describeAlert(alert)}`;
    return { ok: false, error: { blame: 'alert', alert, reason } };
  }

  /**
   * A change_cipher_spec may come only during a handshake, and not inside of a message. In TLS 1.3 it means
   * nothing (RFC 8446, 5).
   */
  #handleChange(content: Uint8Array, now: number): Result<undefined, TlsFailure> {
    const isRight = content.length === 1 && content[0] === 1;
    if (!isRight || !this.#begun || this.isConnected || this.#deframer.isInside) {
      return abort(ALERT.UNEXPECTED_MESSAGE, 'a change_cipher_spec');
    }
    const changed = this.#handshake.changeCipherSpec?.(now);
    if (changed === undefined) {
      this.#pretended = true;
      return this.#countIdle();
    }
    this.#trace('<', 'ChangeCipherSpec');
    return changed.ok ? this.#perform(changed.value) : changed;
  }

  #countIdle(): Result<undefined, TlsFailure> {
    this.#idle++;
    if (this.#idle <= IDLE_MOST) return DONE;
    return abort(ALERT.UNEXPECTED_MESSAGE, `more than ${IDLE_MOST} records without data`);
  }

  #perform(actions: readonly Action[]): Result<undefined, TlsFailure> {
    for (const action of actions) {
      const acted = this.#act(action);
      if (!acted.ok) return acted;
    }
    return DONE;
  }

  #act(action: Action): Result<undefined, TlsFailure> {
    switch (action.do) {
      case 'send':
        this.#sendMessage(action.message);
        break;
      case 'change-cipher-spec':
        if (this.#handshake.changeCipherSpec) this.#trace('>', 'ChangeCipherSpec');
        this.#sender.changeCipherSpec();
        break;
      case 'read-with':
        this.#earlyLeft = undefined;
        return this.#readWith(action.protection, false);
      case 'read-early':
        this.#earlyLeft = action.most;
        return this.#readWith(action.protection, true);
      case 'update-keys':
        if (this.#deframer.isInside) return BEYOND_KEYS;
        this.#receiver.protection?.update?.();
        if (action.requested && !this.#writeClosed) this.#updateWriting(false);
        break;
      case 'send-early':
        this.#sender.data(action.data, 1);
        break;
      case 'write-plain':
        this.#sender.unprotect();
        break;
      case 'write-with':
        this.#sender.protect(action.protection);
        break;
      case 'limit':
        this.#receiver.limit = action.read;
        this.#sender.limit = action.written;
        break;
      case 'skip-early-data':
        this.#receiver.skippable = EARLY_DATA_MOST;
        break;
      case 'connect':
        this.#exporter = action.exporter;
        this.#idle = 0;
        this.#events.push({ kind: 'connected', connected: action.connected });
        break;
      case 'remember':
        this.#events.push({ kind: 'session', session: action.session });
        break;
      case 'hand-over':
        // What came before the ServerHello was no part of TLS 1.2.
        if (this.#pretended) return abort(ALERT.UNEXPECTED_MESSAGE, 'an early change_cipher_spec');
        this.#handshake = action.to;
        break;
      case 'warn':
        if (!this.#writeClosed) this.#sender.alert(WARNING, action.alert);
        break;
      case 'ignore':
        return this.#countIdle();
    }
    return DONE;
  }

  #readWith(protection: RecordProtection, isEarly: boolean): Result<undefined, TlsFailure> {
    this.#receiver.protect(protection, isEarly);
    return this.#deframer.isInside ? BEYOND_KEYS : DONE;
  }

  #closeWriting(): void {
    if (this.#writeClosed) return;
    this.#writeClosed = true;
    this.#sender.alert(WARNING, ALERT.CLOSE_NOTIFY);
    this.#sender.wipe();
  }

  /** New keys for what we send, where the version has them. */
  #updateWriting(requested: boolean): void {
    const { protection } = this.#sender;
    if (protection?.update === undefined) return;
    this.#sendMessage(emitMessage({ type: HANDSHAKE.KEY_UPDATE, requested }));
    this.#sender.flush();
    protection.update();
  }

  #sendMessage(bytes: Uint8Array): void {
    this.#traceMessage('>', bytes);
    this.#sender.message(bytes);
  }

  #traceMessage(direction: '<' | '>', message: Uint8Array): void {
    if (this.#tracing) this.#trace(direction, this.#handshake.describe(message));
  }

  #trace(direction: '<' | '>', what: string): void {
    if (this.#tracing) this.#events.push({ kind: 'trace', line: `${direction} ${what}` });
  }

  #fail(failure: TlsFailure): Output {
    this.#sender.drop();
    if (!this.#writeClosed && failure.blame !== 'alert') this.#sender.alert(FATAL, failure.alert);
    this.#readClosed = true;
    this.#writeClosed = true;
    const output = { ...this.#output(), failure };
    this.#sender.wipe();
    this.#receiver.protection?.wipe();
    this.#exporter?.wipe();
    return output;
  }

  #output(): Output {
    if (!this.#writeClosed) this.#sender.flush();
    const output = {
      send: this.#sender.take(),
      deliver: this.#deliver,
      early: this.#early,
      events: this.#events,
    };
    this.#deliver = [];
    this.#early = [];
    this.#events = [];
    return output;
  }
}

const DONE = ok(undefined);
const BEYOND_KEYS = abort(ALERT.UNEXPECTED_MESSAGE, 'a message goes on beyond a change of keys');
const WARNING = 1;
const FATAL = 2;
/** Records without data, one after the other, that are not an attempt to keep us busy. */
const IDLE_MOST = 32;
/** Bytes of records; no ticket of ours allows any. */
const EARLY_DATA_MOST = 0x1_0000;
const NOTHING = new Uint8Array(0);
const NONE: readonly never[] = [];
