import { Bits } from './pack/bits.ts';
import { codeLengths, codesOf } from './pack/huffman.ts';
import { type Costs, LITERAL, Parser, type Token } from './pack/parser.ts';
import {
  DISTANCE_SYMBOLS,
  DISTANCES,
  distanceAlphabet,
  distanceExtra,
  LITERAL_SYMBOLS,
  LITERALS,
  lengthExtra,
  lengthSymbol,
  SHORTEST,
} from './pack/symbols.ts';

/** The last bytes are literals, so that the kernel may copy words that end beyond a match. */
const TAIL = 16;

/** How often the bytes are cut anew, with what symbols cost after the time before. */
const ROUNDS = 2;

/**
 * Packs memory, as LZ77 and prefix codes, for who unpacks it into as much memory that is zeros. First come the lengths
 * of the codes of all symbols, four bits each, alphabet by alphabet, see `pack/symbols.ts`. Then come the tokens, the
 * highest bit of each byte first: the symbol of a byte, or that of a length with its low bits and that of a distance
 * with its own.
 */
export function pack(bytes: Uint8Array): Uint8Array {
  const parser = new Parser(bytes, bytes.length - TAIL);
  let tokens = parser.parse(FIRST_COSTS);
  let lengths = countSymbols(tokens, bytes);
  for (let round = 1; round < ROUNDS; round++) {
    tokens = parser.parse(costsOf(lengths));
    lengths = countSymbols(tokens, bytes);
  }
  return write(tokens, bytes, lengths);
}

/** Lengths of codes, by alphabet and symbol. */
interface Lengths {
  readonly literals: readonly (readonly number[])[];
  readonly distances: readonly (readonly number[])[];
}

/** A guess, in bits. */
const FIRST_COSTS: Costs = {
  literals: Array.from({ length: LITERALS }, () =>
    Array.from({ length: LITERAL_SYMBOLS }, (_, symbol) =>
      symbol < 256 ? 6.5 : 5 + (symbol - 256) / 6,
    ),
  ),
  distances: Array.from({ length: DISTANCES }, () =>
    Array.from({ length: DISTANCE_SYMBOLS }, (_, symbol) => (symbol < 4 ? 2.5 : 7)),
  ),
};

/** What never came must be possible, at a price. */
function costsOf({ literals, distances }: Lengths): Costs {
  const price = (alphabet: readonly number[]) => alphabet.map((length) => length || 14);
  return { literals: literals.map(price), distances: distances.map(price) };
}

function countSymbols(tokens: readonly Token[], bytes: Uint8Array): Lengths {
  const literals = FIRST_COSTS.literals.map((alphabet) => alphabet.map(() => 0));
  const distances = FIRST_COSTS.distances.map((alphabet) => alphabet.map(() => 0));
  for (const { at, length, symbol } of tokens) {
    if (symbol === LITERAL) {
      literals[at & 3][bytes[at]]++;
    } else {
      literals[at & 3][lengthSymbol(length)]++;
      distances[distanceAlphabet(length)][symbol]++;
    }
  }
  return { literals: literals.map(codeLengths), distances: distances.map(codeLengths) };
}

function write(
  tokens: readonly Token[],
  bytes: Uint8Array,
  { literals, distances }: Lengths,
): Uint8Array {
  const bits = new Bits();
  for (const length of [...literals, ...distances].flat()) bits.write(length, 4);
  const literalCodes = literals.map(codesOf);
  const distanceCodes = distances.map(codesOf);
  const literal = (at: number, symbol: number) =>
    bits.write(literalCodes[at & 3][symbol], literals[at & 3][symbol]);
  for (const { at, length, symbol, distance } of tokens) {
    if (symbol === LITERAL) {
      literal(at, bytes[at]);
      continue;
    }
    literal(at, lengthSymbol(length));
    bits.write(length - SHORTEST, lengthExtra(length));
    const alphabet = distanceAlphabet(length);
    bits.write(distanceCodes[alphabet][symbol], distances[alphabet][symbol]);
    bits.write(distance >> 2, distanceExtra(distance));
  }
  return bits.end();
}
