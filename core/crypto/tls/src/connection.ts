import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, describeAlert, type TlsFailure } from './alert.ts';
import { Deframer } from './deframer.ts';
import { describeMessage } from './describe.ts';
import { exportKeyingMaterial } from './key-schedule.ts';
import { emitMessage, HANDSHAKE, type Message, parseMessage } from './message.ts';
import { CONTENT, INNER_LONGEST, Protection, type RecordRange, RecordReader } from './record.ts';
import { Sender } from './sender.ts';
import type { Session } from './session.ts';
import type { Action, Connected, Received } from './step.ts';
import type { CipherSuite } from './suite.ts';

/** What came of something. */
export interface Output {
  /** For the peer, in this order. */
  readonly send: Uint8Array;
  /** What the peer sent, decrypted: views of the bytes that were handled. */
  readonly deliver: readonly Uint8Array[];
  /** Early data, which somebody else may have sent again: only for what may happen twice. */
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
  /** The peer said that it sends nothing more; we still may. */
  | { readonly kind: 'closed' }
  /** One handshake message: `> ClientHello …` went out, `< ServerHello …` came in. */
  | { readonly kind: 'trace'; readonly line: string };

/** One handshake, in whatever state it is: what to do when a message comes. */
export type Handshake = (received: Received, now: number) => Result<readonly Action[], TlsFailure>;

/**
 * One end of a TLS connection, over any stream of bytes. Feed it with {@link handle}, and send what it and
 * all others answer. It never waits, and holds at most one record and one handshake message.
 */
export class TlsConnection {
  readonly #handshake: Handshake;
  readonly #tracing: boolean;
  readonly #records = new RecordReader();
  readonly #deframer = new Deframer();
  readonly #sender = new Sender();
  #reading: Protection | undefined;
  #readLimit = INNER_LONGEST;
  #connected: { readonly suite: CipherSuite; readonly exporterSecret: Uint8Array } | undefined;
  #readClosed = false;
  #writeClosed = false;
  /** Whether a message came: before that, even a change_cipher_spec is wrong. */
  #begun: boolean;
  /** Records since the last data. */
  #idle = 0;
  #skippable = 0;
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
    for (const action of actions) this.#act(action);
    if (this.#begun) this.#sender.flushHello();
  }

  get isConnected(): boolean {
    return this.#connected !== undefined;
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
    return this.#records.span(bytes);
  }

  /** What there is to send before anything came: the client's hello. */
  start(): Output {
    return this.#output();
  }

  /** Takes in the next `bytes` of the stream, which are decrypted in place; `now` in milliseconds since 1970 UTC. */
  handle(bytes: Uint8Array, now: number): Output {
    if (this.#readClosed) return this.#output();
    this.#records.push(bytes);
    while (!this.#readClosed) {
      const record = this.#records.next();
      if (!record.ok) return this.#fail(record.error);
      if (record.value === undefined) break;
      const handled = this.#handleRecord(record.value, now);
      if (!handled.ok) return this.#fail(handled.error);
    }
    return this.#output();
  }

  /**
   * Sends `data`, each record padded with zeros to a multiple of `padTo` bytes. Throws before the connection
   * is made and after {@link close}.
   */
  send(data: Uint8Array, padTo = 1): Uint8Array {
    if (!this.isConnected || this.#writeClosed) throw new Error('a connection that cannot send');
    if (this.#sender.protection?.isWorn) this.#updateWriting(false);
    this.#sender.data(data, padTo);
    return this.#sender.take();
  }

  /** Sends close_notify, once; reading goes on. */
  close(): Uint8Array {
    if (this.#writeClosed) return NOTHING;
    this.#writeClosed = true;
    this.#sender.alert(WARNING, ALERT.CLOSE_NOTIFY);
    const bytes = this.#sender.take();
    this.#sender.wipe();
    return bytes;
  }

  /** Goes on to new keys for what we send; `both` asks the peer for the same. */
  updateKeys(both: boolean): Uint8Array {
    if (!this.isConnected || this.#writeClosed) throw new Error('a connection that cannot send');
    this.#updateWriting(both);
    return this.#sender.take();
  }

  /** Keying material (RFC 8446, 7.5); throws before the connection is made. */
  exportKeyingMaterial(label: string, context: Uint8Array, length: number): Uint8Array {
    if (this.#connected === undefined) throw new Error('nothing to export before the handshake');
    const { suite, exporterSecret } = this.#connected;
    return exportKeyingMaterial(suite.hash, exporterSecret, label, context, length);
  }

  #handleRecord(record: RecordRange, now: number): Result<undefined, TlsFailure> {
    const { bytes, start, end } = record;
    const outer = bytes[start];
    if (outer === CONTENT.CHANGE_CIPHER_SPEC) return this.#handlePretence(record);
    const reading = this.#reading;
    if (reading === undefined) {
      if (outer === CONTENT.APPLICATION_DATA) return this.#skip(record);
      return this.#handleContent(outer, bytes.subarray(start + 5, end), now);
    }
    if (outer !== CONTENT.APPLICATION_DATA) {
      // Who could not make keys tells it without; believing that changes nothing, the connection is over.
      if (outer === CONTENT.ALERT && !this.isConnected && reading.sequence === 0) {
        return this.#handleContent(outer, bytes.subarray(start + 5, end), now);
      }
      return abort(ALERT.UNEXPECTED_MESSAGE, `a record of type ${outer} without protection`);
    }
    // Early data leaves before its sender can know a limit.
    const limit = this.#earlyLeft === undefined ? this.#readLimit : INNER_LONGEST;
    const opened = reading.open(record, limit);
    if (!opened.ok) {
      const mayBeEarly = this.#skippable > 0 && opened.error.alert === ALERT.BAD_RECORD_MAC;
      return mayBeEarly ? this.#skip(record, opened.error) : opened;
    }
    this.#skippable = 0;
    const { type, start: from, end: to } = opened.value;
    return this.#handleContent(type, bytes.subarray(from, to), now);
  }

  #handleContent(type: number, content: Uint8Array, now: number): Result<undefined, TlsFailure> {
    if (type !== CONTENT.HANDSHAKE && this.#deframer.isInside) {
      return abort(ALERT.UNEXPECTED_MESSAGE, `a record of type ${type} inside of a message`);
    }
    if (type === CONTENT.APPLICATION_DATA && this.isConnected) {
      if (content.length === 0) return this.#countIdle();
      this.#idle = 0;
      this.#deliver.push(content);
      return DONE;
    }
    if (type === CONTENT.APPLICATION_DATA && this.#earlyLeft !== undefined) {
      return this.#handleEarlyData(content, this.#earlyLeft);
    }
    if (content.length === 0) return abort(ALERT.UNEXPECTED_MESSAGE, 'an empty record');
    const idle = this.isConnected ? this.#countIdle() : DONE;
    if (!idle.ok) return idle;
    if (type === CONTENT.HANDSHAKE) return this.#handleHandshake(content, now);
    if (type === CONTENT.ALERT) return this.#handleAlert(content);
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
      const bytes = next.value;
      if (bytes === undefined) return DONE;
      const parsed = parseMessage(bytes);
      if (!parsed.ok) return parsed;
      const message = parsed.value;
      this.#begun = true;
      this.#trace('<', message);
      if (message.type === HANDSHAKE.KEY_UPDATE && this.isConnected) {
        const updated = this.#handleKeyUpdate(message.requested);
        if (!updated.ok) return updated;
        continue;
      }
      const stepped = this.#handshake({ message, bytes }, now);
      if (!stepped.ok) return stepped;
      for (const action of stepped.value) {
        this.#act(action);
        if (action.do.startsWith('read') && this.#deframer.isInside) return BEYOND_KEYS;
      }
    }
  }

  #handleKeyUpdate(requested: boolean): Result<undefined, TlsFailure> {
    if (this.#deframer.isInside) return BEYOND_KEYS;
    this.#reading?.update();
    if (requested && !this.#writeClosed) this.#updateWriting(false);
    return DONE;
  }

  #handleAlert(content: Uint8Array): Result<undefined, TlsFailure> {
    if (content.length !== 2) return abort(ALERT.DECODE_ERROR, 'an alert of another length');
    const alert = content[1];
    if (alert === ALERT.USER_CANCELED) return this.isConnected ? DONE : this.#countIdle();
    if (alert === ALERT.CLOSE_NOTIFY && this.isConnected) {
      this.#readClosed = true;
      this.#reading?.wipe();
      this.#events.push({ kind: 'closed' });
      return DONE;
    }
    const reason = `the peer sent ${describeAlert(alert)}`;
    return { ok: false, error: { blame: 'alert', alert, reason } };
  }

  /** A change_cipher_spec means nothing, and may come only during a handshake (RFC 8446, 5). */
  #handlePretence({ bytes, start, end }: RecordRange): Result<undefined, TlsFailure> {
    const isRight = end - start === 6 && bytes[start + 5] === 1;
    if (!isRight || !this.#begun || this.isConnected || this.#deframer.isInside) {
      return abort(ALERT.UNEXPECTED_MESSAGE, 'a change_cipher_spec');
    }
    return this.#countIdle();
  }

  /** Drops what may be early data that was not accepted (RFC 8446, 4.2.10); `otherwise` when it is not. */
  #skip({ start, end }: RecordRange, otherwise?: TlsFailure): Result<undefined, TlsFailure> {
    if (this.#skippable < end - start) {
      if (otherwise) return { ok: false, error: otherwise };
      return abort(ALERT.UNEXPECTED_MESSAGE, 'data before the handshake');
    }
    this.#skippable -= end - start;
    return DONE;
  }

  #countIdle(): Result<undefined, TlsFailure> {
    this.#idle++;
    if (this.#idle <= IDLE_MOST) return DONE;
    return abort(ALERT.UNEXPECTED_MESSAGE, `more than ${IDLE_MOST} records without data`);
  }

  #act(action: Action): void {
    switch (action.do) {
      case 'send':
        this.#sendMessage(action.message);
        break;
      case 'pretend':
        this.#sender.pretend();
        break;
      case 'read-with':
        this.#reading?.wipe();
        this.#reading = new Protection(action.suite, action.secret);
        this.#earlyLeft = undefined;
        break;
      case 'read-early':
        this.#reading = new Protection(action.suite, action.secret);
        this.#earlyLeft = action.most;
        break;
      case 'send-early':
        this.#sender.data(action.data, 1);
        break;
      case 'write-plain':
        this.#sender.unprotect();
        break;
      case 'write-with':
        this.#sender.protect(new Protection(action.suite, action.secret));
        break;
      case 'limit':
        this.#readLimit = action.read;
        this.#sender.limit = action.written;
        break;
      case 'skip-early-data':
        this.#skippable = EARLY_DATA_MOST;
        break;
      case 'connect':
        this.#connected = { suite: action.suite, exporterSecret: action.exporterSecret };
        this.#idle = 0;
        this.#events.push({ kind: 'connected', connected: action.connected });
        break;
      case 'remember':
        this.#events.push({ kind: 'session', session: action.session });
        break;
    }
  }

  #updateWriting(requested: boolean): void {
    this.#sendMessage(emitMessage({ type: HANDSHAKE.KEY_UPDATE, requested }));
    this.#sender.flush();
    this.#sender.protection?.update();
  }

  #sendMessage(bytes: Uint8Array): void {
    if (this.#tracing) {
      const parsed = parseMessage(bytes);
      if (parsed.ok) this.#trace('>', parsed.value);
    }
    this.#sender.message(bytes);
  }

  #trace(direction: '<' | '>', message: Message): void {
    if (!this.#tracing) return;
    this.#events.push({ kind: 'trace', line: `${direction} ${describeMessage(message)}` });
  }

  #fail(failure: TlsFailure): Output {
    this.#sender.drop();
    if (!this.#writeClosed && failure.blame !== 'alert') this.#sender.alert(FATAL, failure.alert);
    this.#readClosed = true;
    this.#writeClosed = true;
    const output = { ...this.#output(), failure };
    this.#sender.wipe();
    this.#reading?.wipe();
    this.#connected?.exporterSecret.fill(0);
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
