/** The longest code, in bits: the kernel looks codes up in tables of 2^LONGEST. */
export const LONGEST = 11;

/**
 * The lengths in bits of the best prefix code for symbols that come `counts` times, none over {@link LONGEST}; 0 for
 * those that never come. A single symbol gets a bit, too. By package-merge (Larmore and Hirschberg, 1990).
 */
export function codeLengths(counts: readonly number[]): number[] {
  const lengths = counts.map(() => 0);
  const symbols = counts.flatMap((count, symbol) => (count > 0 ? [{ count, of: [symbol] }] : []));
  symbols.sort((a, b) => a.count - b.count);
  if (symbols.length === 1) lengths[symbols[0].of[0]] = 1;
  if (symbols.length < 2) return lengths;

  let packages: { count: number; of: number[] }[] = [];
  for (let bit = 0; bit < LONGEST; bit++) {
    const pairs = [];
    for (let at = 0; at + 1 < packages.length; at += 2) {
      const [a, b] = [packages[at], packages[at + 1]];
      pairs.push({ count: a.count + b.count, of: [...a.of, ...b.of] });
    }
    packages = [...symbols, ...pairs].sort((a, b) => a.count - b.count);
  }
  // A symbol is as long as it is often among the cheapest packages.
  for (const { of } of packages.slice(0, 2 * symbols.length - 2)) {
    for (const symbol of of) lengths[symbol]++;
  }
  return lengths;
}

/** The canonical code of such lengths: shorter ones first, then by symbol. */
export function codesOf(lengths: readonly number[]): number[] {
  const codes = lengths.map(() => 0);
  let next = 0;
  for (let length = 1; length <= LONGEST; length++, next <<= 1) {
    for (const [symbol, own] of lengths.entries()) {
      if (own === length) codes[symbol] = next++;
    }
  }
  return codes;
}
