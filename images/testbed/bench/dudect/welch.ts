export interface Comparison {
  /** Nanoseconds on average, of what was not cropped. */
  readonly means: readonly [number, number];
  /** Welch's t; beyond 4.5 either way the two do not take the same time. */
  readonly t: number;
}

/**
 * Compares the times of two classes. Of both together only the fastest part `share` counts: the slowest
 * ones are the machine's, not the algorithm's (Reparaz, Balasch and Verbauwhede, 2017, "Dude, is my code constant time?").
 */
export function welch(times: readonly (readonly number[])[], share: number): Comparison {
  const sorted = times.flat().sort((a, b) => a - b);
  const limit = sorted[Math.ceil(sorted.length * share) - 1];
  const [a, b] = times.map((one) => statistics(one.filter((time) => time <= limit)));
  const spread = Math.sqrt(a.variance / a.count + b.variance / b.count);
  return { means: [a.mean, b.mean], t: spread === 0 ? 0 : (a.mean - b.mean) / spread };
}

function statistics(times: readonly number[]) {
  const count = times.length;
  const mean = times.reduce((sum, time) => sum + time, 0) / count;
  const squares = times.reduce((sum, time) => sum + (time - mean) ** 2, 0);
  return { count, mean, variance: squares / Math.max(count - 1, 1) };
}
