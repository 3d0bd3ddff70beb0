import type { Headers } from './headers.ts';
import { listElements, parseParameters } from './syntax.ts';

/**
 * Which of the codings `offered`, best first, the client accepts most (RFC 9110 section 12.5.3); `identity` when it
 * names none of them. Coding names are lower-case.
 */
export function acceptedCoding<T extends string>(
  headers: Headers,
  offered: readonly T[],
): T | 'identity' {
  const value = headers.get('accept-encoding');
  if (value === undefined) return 'identity';
  const weights = weightsOf(value);
  let best: T | 'identity' = 'identity';
  // Not to encode is acceptable unless it is excluded, but encoded is better where both are.
  let bestWeight = weights.get('identity') ?? 0;
  for (const coding of offered) {
    const weight = weights.get(coding) ?? weights.get('*') ?? 0;
    if (weight === 0 || weight < bestWeight || (weight === bestWeight && best !== 'identity')) {
      continue;
    }
    best = coding;
    bestWeight = weight;
  }
  return best;
}

/** Clients say the same things again and again, and to read them takes longer than anything else about a small file. */
function weightsOf(value: string): ReadonlyMap<string, number> {
  const known = READ.get(value);
  if (known !== undefined) return known;
  const weights = new Map<string, number>();
  for (const element of listElements(value).slice(0, MOST_ELEMENTS)) {
    const { value: coding, parameters } = parseParameters(element);
    weights.set(coding.toLowerCase(), weightOf(parameters.get('q')));
  }
  if (READ.size === MOST_READ) READ.clear();
  if (value.length <= LONGEST_READ) READ.set(value, weights);
  return weights;
}

/** From 0 to 1; what is no weight counts as not wanted. */
function weightOf(text: string | undefined): number {
  if (text === undefined) return 1;
  return /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}

const MOST_ELEMENTS = 32;
/** What was read before. */
const READ = new Map<string, ReadonlyMap<string, number>>();
const MOST_READ = 64;
const LONGEST_READ = 128;
