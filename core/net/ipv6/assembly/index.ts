/** A memory for addresses that came lately: `SLOTS` of 16 bytes, at a place that TypeScript gives. */

/** A power of two, as in `src/fast.ts`. */
const SLOTS: u32 = 64;

/**
 * The slot of `table` that holds the 16 bytes at `address`. When none does, they are written into the slot
 * where they belong, over what was there, and its inverse, a negative number, is answered.
 */
export function find(table: u32, address: u32): i32 {
  const high = load<u64>(address);
  const low = load<u64>(address, 8);
  const slot = slotOf(high, low);
  const at = table + (slot << 4);
  if (load<u64>(at) == high && load<u64>(at, 8) == low) return slot;
  store<u64>(at, high);
  store<u64>(at, low, 8);
  return ~slot;
}

/** Multiplies by an odd number (2^64 divided by the golden ratio), whose upper bits depend on all others. */
function slotOf(high: u64, low: u64): u32 {
  const product = (high ^ (low * 3)) * 0x9e3779b97f4a7c15;
  return ((product >> 58) as u32) & (SLOTS - 1);
}
