import type { KeyedHash, Located } from '@atoll/bytes/fast';
import { u32, writeU32 } from '@atoll/bytes/field';

/** Writes the hash of the bytes `[start, end)` of `region` at `at`, low half first. */
export function sealAt(
  hash: KeyedHash,
  region: Located,
  start: number,
  end: number,
  at: number,
): void {
  writeU32(region.bytes, at, hash.hash(region, start, end));
  writeU32(region.bytes, at + 4, hash.high);
}

/** Whether {@link sealAt} would write what stands there. */
export function checkAt(
  hash: KeyedHash,
  region: Located,
  start: number,
  end: number,
  at: number,
): boolean {
  return (
    hash.hash(region, start, end) === u32(region.bytes, at) &&
    hash.high === u32(region.bytes, at + 4)
  );
}
