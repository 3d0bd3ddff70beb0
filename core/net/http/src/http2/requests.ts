import type { Limits } from '../limits.ts';
import type { Refusal } from '../refusal.ts';
import { ERROR } from './code.ts';
import type { Flow } from './flow.ts';
import type { Frame } from './frame.ts';
import { Decoder } from './hpack/decoder.ts';
import type { Pending } from './pending.ts';
import { requestOf, Targets, trailersOf } from './request.ts';
import type { State } from './state.ts';
import type { Stream } from './stream.ts';
import type { Streams } from './streams.ts';
import { PRICE } from './toll.ts';

/** What requests are a part of. */
export interface RequestsContext {
  readonly state: State;
  readonly flow: Flow;
  readonly streams: Streams;
  readonly pending: Pending;
  readonly scheme: 'http' | 'https';
  readonly limits: Limits;
}

/** Makes requests, with bodies and trailers, of frames of HEADERS, CONTINUATION and DATA (RFC 9113 section 8.1). */
export class Requests {
  /** The block of fields that is under way. */
  block: { readonly stream: number; readonly isEnd: boolean; readonly isBad: boolean } | undefined;
  readonly #state: State;
  readonly #flow: Flow;
  readonly #streams: Streams;
  readonly #pending: Pending;
  readonly #scheme: 'http' | 'https';
  readonly #limits: Limits;
  readonly #decoder: Decoder;
  readonly #targets = new Targets();
  #count = 0;

  constructor({ state, flow, streams, pending, scheme, limits }: RequestsContext) {
    this.#state = state;
    this.#flow = flow;
    this.#streams = streams;
    this.#pending = pending;
    this.#scheme = scheme;
    this.#limits = limits;
    this.#decoder = new Decoder(limits);
  }

  handleHeaders(frame: Frame & { type: 'HEADERS' }): void {
    const { stream, isEnd, fragment, dependency } = frame;
    if (stream % 2 === 0) {
      this.#state.fail(ERROR.PROTOCOL_ERROR, 'a stream of ours');
      return;
    }
    this.block = { stream, isEnd, isBad: dependency === stream };
    if (frame.isWhole) this.#finishBlock(fragment);
    else this.#gather(fragment);
  }

  handleContinuation(frame: Frame & { type: 'CONTINUATION' }): void {
    const state = this.#state;
    if (this.block?.stream !== frame.stream) {
      state.fail(ERROR.PROTOCOL_ERROR, 'a continuation of nothing');
      return;
    }
    state.charge(PRICE.CONTINUATION);
    this.#gather(frame.fragment);
    if (frame.isWhole && state.failure === undefined) this.#finishBlock(this.#pending.block());
  }

  handleData({ stream: id, data, padding, isEnd }: Frame & { type: 'DATA' }): void {
    const flow = this.#flow;
    const streams = this.#streams;
    const length = data.length + padding;
    if (length > flow.receiveWindow) {
      this.#state.fail(ERROR.FLOW_CONTROL_ERROR, 'more than the window of the connection');
      return;
    }
    flow.receiveWindow -= length;
    if (data.length === 0 && !isEnd) this.#state.charge(PRICE.EMPTY_DATA);
    const stream = streams.byId.get(id);
    if (stream === undefined) {
      flow.credit(undefined, length);
      streams.misplaced(id, 'DATA');
    } else if (!stream.isReceiving) {
      flow.credit(undefined, length);
      streams.fail(id, ERROR.STREAM_CLOSED, 'data behind the end');
    } else if (length > stream.receiveWindow) {
      flow.credit(undefined, length);
      streams.fail(id, ERROR.FLOW_CONTROL_ERROR, 'more than the window of the stream');
    } else {
      stream.receiveWindow -= length;
      this.#receiveData(stream, data, isEnd);
      flow.credit(stream, padding);
    }
  }

  #receiveData(stream: Stream, data: Uint8Array, isEnd: boolean): void {
    const { expected } = stream;
    const received = stream.received + data.length;
    if (expected !== undefined && (received > expected || (isEnd && received < expected))) {
      this.#flow.credit(undefined, data.length);
      this.#streams.fail(stream.id, ERROR.PROTOCOL_ERROR, 'a body of another length');
      return;
    }
    stream.append(data);
    if (isEnd) stream.isReceiving = false;
    if (received > this.#limits.body) this.#streams.refuse(stream, TOO_LARGE);
    else this.#state.events.push({ kind: 'body', stream });
  }

  /** What is too long to be kept cannot be decoded, and so the connection ends. */
  #gather(fragment: Uint8Array): void {
    if (this.#pending.gather(fragment, this.#limits.fieldBytes)) return;
    this.#state.fail(ERROR.ENHANCE_YOUR_CALM, 'fields without end');
  }

  /** Decodes in any case: the table of the peer goes on whether we want the fields or not. */
  #finishBlock(bytes: Uint8Array): void {
    const { block } = this;
    this.block = undefined;
    if (block === undefined) return;
    const state = this.#state;
    const streams = this.#streams;
    const problem = this.#decoder.decode(bytes);
    if (problem !== undefined) {
      state.fail(ERROR.COMPRESSION_ERROR, problem);
      return;
    }
    const { stream: id, isEnd, isBad } = block;
    const stream = streams.byId.get(id);
    if (isBad) streams.fail(id, ERROR.PROTOCOL_ERROR, 'a stream that depends on itself');
    else if (stream !== undefined) this.#receiveTrailers(stream, isEnd);
    else if (id <= state.lastStream) streams.misplaced(id, 'HEADERS');
    else if (id <= state.lastServed) this.#begin(id, isEnd);
  }

  #receiveTrailers(stream: Stream, isEnd: boolean): void {
    const { id, expected, received } = stream;
    if (!stream.isReceiving) {
      this.#streams.fail(id, ERROR.STREAM_CLOSED, 'fields behind the end');
      return;
    }
    const { fields, isTooLarge } = this.#decoder;
    const trailers = isEnd && !isTooLarge ? trailersOf(fields) : undefined;
    if (trailers === undefined || (expected !== undefined && received !== expected)) {
      this.#streams.fail(id, ERROR.PROTOCOL_ERROR, 'bad trailers');
      return;
    }
    stream.trailers = trailers;
    stream.isReceiving = false;
    this.#state.events.push({ kind: 'body', stream });
  }

  #begin(id: number, isEnd: boolean): void {
    const state = this.#state;
    const streams = this.#streams;
    const limits = this.#limits;
    const stream = streams.open(id, isEnd);
    if (stream === undefined) return;
    if (++this.#count >= limits.requests) state.leave(state.now, limits.headMs);
    const { fields, isTooLarge } = this.#decoder;
    if (isTooLarge) {
      streams.refuse(stream, TOO_MANY_FIELDS);
      return;
    }
    const head = requestOf(fields, isEnd, this.#scheme, limits, this.#targets);
    if (head.ok) {
      stream.expected = head.value.length;
      state.events.push({ kind: 'request', stream, head: head.value });
    } else if (head.error.isMalformed) {
      streams.fail(id, ERROR.PROTOCOL_ERROR, head.error.reason);
    } else {
      streams.refuse(stream, head.error);
    }
  }
}

const TOO_LARGE: Refusal = { status: 413, reason: 'the body is too large' };
const TOO_MANY_FIELDS: Refusal = { status: 431, reason: 'too many fields' };
