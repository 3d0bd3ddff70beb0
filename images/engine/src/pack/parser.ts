import { LONG, Matches } from './matches.ts';
import {
  distanceAlphabet,
  distanceExtra,
  distanceSymbol,
  FIRST_RECENT,
  lengthExtra,
  lengthSymbol,
  RECENT,
  SHORTEST,
  ZEROS,
} from './symbols.ts';

/** A part of the bytes: `length` of them by the distance `symbol`, or a literal. */
export interface Token {
  readonly at: number;
  readonly length: number;
  /** The symbol of the distance; {@link LITERAL} for none. */
  readonly symbol: number;
  /** The distance, where it is not in the symbol. */
  readonly distance: number;
}

export const LITERAL = -1;

/** Bits by alphabet and symbol, without those that follow a symbol. */
export interface Costs {
  readonly literals: readonly (readonly number[])[];
  readonly distances: readonly (readonly number[])[];
}

/** Cuts bytes into the tokens that cost least. */
export class Parser {
  readonly #bytes: Uint8Array;
  /** Only literals lie behind it. */
  readonly #end: number;
  /** How many zeros there are from each place on. */
  readonly #zeros: Uint32Array;
  readonly #matches: Matches;
  /** The best way to each place: bits, and the last token. */
  readonly #bits: Float64Array;
  readonly #lengths: Uint32Array;
  readonly #symbols: Int16Array;
  readonly #distances: Uint32Array;
  /** The recent distances after it. */
  readonly #recent: readonly Uint32Array[];

  constructor(bytes: Uint8Array, end: number) {
    this.#bytes = bytes;
    this.#end = end;
    this.#zeros = new Uint32Array(bytes.length + 1);
    for (let at = end - 1; at >= 0; at--) {
      if (bytes[at] === 0) this.#zeros[at] = this.#zeros[at + 1] + 1;
    }
    this.#matches = new Matches(bytes, Math.max(end, 0), (at) => this.#zeros[at] >= LONG);
    const places = bytes.length + 1;
    this.#bits = new Float64Array(places);
    this.#lengths = new Uint32Array(places);
    this.#symbols = new Int16Array(places);
    this.#distances = new Uint32Array(places);
    this.#recent = FIRST_RECENT.map(() => new Uint32Array(places));
  }

  parse(costs: Costs): Token[] {
    this.#findWays(costs);
    const tokens: Token[] = [];
    for (let to = this.#bytes.length; to > 0; to -= this.#lengths[to]) {
      const length = this.#lengths[to];
      const [symbol, distance] = [this.#symbols[to], this.#distances[to]];
      tokens.push({ at: to - length, length, symbol, distance });
    }
    return tokens.reverse();
  }

  /** From each place to all those that one token leads to. */
  #findWays(costs: Costs): void {
    const [bytes, zeros, bits] = [this.#bytes, this.#zeros, this.#bits];
    const prices = new Prices(costs);
    bits.fill(Number.POSITIVE_INFINITY);
    bits[0] = 0;
    for (const [index, first] of FIRST_RECENT.entries()) this.#recent[index][0] = first;

    for (let at = 0; at < bytes.length; at++) {
      if (bits[at] === Number.POSITIVE_INFINITY) continue;
      const [newest, middle, oldest] = this.#recent;
      const recent: Recent = [newest[at], middle[at], oldest[at]];
      this.#offer(at, 1, bits[at] + costs.literals[at & 3][bytes[at]], LITERAL, 0, recent);
      if (at >= this.#end) continue;
      if (zeros[at] >= SHORTEST) {
        this.#offerAll(prices, at, SHORTEST, zeros[at], ZEROS, 0, recent);
      }
      // Who is in the middle of many zeros came there from the first.
      if (zeros[at] < LONG) this.#offerMatches(prices, at, recent);
    }
  }

  #offerMatches(prices: Prices, at: number, recent: Recent): void {
    for (let index = 0; index < recent.length; index++) {
      const length = this.#matches.lengthAt(at, recent[index]);
      if (length < SHORTEST) continue;
      this.#offerAll(prices, at, SHORTEST, length, RECENT + index, 0, withFirst(recent, index));
    }
    let least = SHORTEST + 1;
    const { distances, lengths } = this.#matches;
    for (let i = this.#matches.first(at); i < this.#matches.first(at + 1); i++) {
      const distance = distances[i];
      const after: Recent = [distance, recent[0], recent[1]];
      const symbol = distanceSymbol(distance);
      this.#offerAll(prices, at, least, lengths[i], symbol, distance, after);
      least = lengths[i] + 1;
    }
  }

  /** All lengths from `least` to `length`, but only this where it is {@link LONG}. */
  #offerAll(
    prices: Prices,
    at: number,
    least: number,
    length: number,
    symbol: number,
    distance: number,
    recent: Recent,
  ): void {
    const before = this.#bits[at];
    for (let part = length < LONG ? least : length; part <= length; part++) {
      const bits = before + prices.of(at, part, symbol, distance);
      this.#offer(at, part, bits, symbol, distance, recent);
    }
  }

  #offer(
    at: number,
    length: number,
    bits: number,
    symbol: number,
    distance: number,
    recent: Recent,
  ): void {
    const to = at + length;
    if (bits >= this.#bits[to]) return;
    this.#bits[to] = bits;
    this.#lengths[to] = length;
    this.#symbols[to] = symbol;
    this.#distances[to] = distance;
    this.#recent[0][to] = recent[0];
    this.#recent[1][to] = recent[1];
    this.#recent[2][to] = recent[2];
  }
}

type Recent = readonly [number, number, number];

/** `recent` with the one at `index` in front. */
function withFirst(recent: Recent, index: number): Recent {
  const [newest, middle, oldest] = recent;
  if (index === 0) return recent;
  return index === 1 ? [middle, newest, oldest] : [oldest, newest, middle];
}

/** What tokens cost, in bits. */
class Prices {
  readonly #distances: Costs['distances'];
  /** Of short lengths, by the place in a word. */
  readonly #lengths: readonly Float64Array[];
  readonly #literals: Costs['literals'];

  constructor({ literals, distances }: Costs) {
    this.#literals = literals;
    this.#distances = distances;
    this.#lengths = literals.map((_, alphabet) =>
      Float64Array.from({ length: LONG }, (_, length) =>
        length < SHORTEST ? 0 : this.#length(alphabet, length),
      ),
    );
  }

  of(at: number, length: number, symbol: number, distance: number): number {
    const alphabet = at & 3;
    const bits = length < LONG ? this.#lengths[alphabet][length] : this.#length(alphabet, length);
    const more = distance === 0 ? 0 : distanceExtra(distance);
    return bits + this.#distances[distanceAlphabet(length)][symbol] + more;
  }

  #length(alphabet: number, length: number): number {
    return this.#literals[alphabet][lengthSymbol(length)] + lengthExtra(length);
  }
}
