import type { FastPath } from './fast-path.ts';
import { GLUE_NAME, moduleIdentifier } from './glue.ts';
import type { Sizes } from './manifest.ts';

/** Sorts what the linker counted: generated C belongs to the fast path it was made of. */
export function nativeSizes(
  counted: Readonly<Record<string, number>>,
  fastPaths: readonly FastPath[],
): Pick<Sizes, 'native' | 'fast'> {
  const native: Record<string, number> = {};
  const fast: Record<string, number> = {};
  for (const [part, bytes] of Object.entries(counted)) {
    const found = fastPaths.find(({ name }) => part === `${moduleIdentifier(name)}.c`);
    if (found !== undefined) fast[found.name] = bytes;
    else if (part === GLUE_NAME) fast['(calls from JavaScript)'] = bytes;
    // The program is counted by package.
    else if (part !== 'snapshot') native[part] = bytes;
  }
  return { native: sorted(native), fast: sorted(fast) };
}

/** Divides `total` in proportion to `weights` into whole numbers whose sum is `total`. */
export function apportion(
  total: number,
  weights: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum = Object.values(weights).reduce((left, right) => left + right, 0);
  const shares = Object.entries(weights).map(([name, weight]) => {
    const exact = sum === 0 ? 0 : (total * weight) / sum;
    return { name, bytes: Math.floor(exact), remainder: exact % 1 };
  });
  // The bytes lost by rounding down go to those who lost most; names decide a tie.
  let left = total - shares.reduce((given, { bytes }) => given + bytes, 0);
  shares.sort((a, b) => b.remainder - a.remainder || (a.name < b.name ? -1 : 1));
  for (const share of shares) {
    if (left === 0) break;
    share.bytes++;
    left--;
  }
  return sorted(Object.fromEntries(shares.map(({ name, bytes }) => [name, bytes])));
}

/** With the largest part first. */
function sorted(sizes: Readonly<Record<string, number>>): Record<string, number> {
  const entries = Object.entries(sizes);
  return Object.fromEntries(entries.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}
