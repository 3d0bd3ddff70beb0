import type { Distribution } from './family.ts';

/** Counts observations by size. */
export class Histogram implements Distribution {
  readonly bounds: readonly number[];
  readonly counts: number[];
  count = 0;
  sum = 0;

  /** `bounds` are finite and in growing order. */
  constructor(bounds: readonly number[]) {
    const isGrowing = bounds.every(
      (bound, at) => Number.isFinite(bound) && (at === 0 || bound > bounds[at - 1]),
    );
    if (!isGrowing) throw new RangeError(`the bounds ${bounds.join(', ')} do not grow`);
    this.bounds = bounds;
    this.counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    if (Number.isNaN(value)) throw new RangeError('NaN cannot be observed');
    this.count++;
    this.sum += value;
    const bucket = this.bounds.findIndex((bound) => value <= bound);
    if (bucket >= 0) this.counts[bucket]++;
  }
}
