/**
 * The work per buffer on a split virtqueue: `offer` and `take` of `src/queue.ts`, which is the reference
 * and says what they do. `state` is the address of the words that are listed there; here are their
 * offsets in bytes. The device shares the rings: each of its fields is read once and checked.
 */
const MASK: usize = 0;
const AVAILABLE: usize = 4;
const USED: usize = 8;
const OFFERED: usize = 12;
const SEEN: usize = 16;
const OUTSTANDING: usize = 20;
const BROKEN: usize = 24;
const VIOLATIONS: usize = 28;
const BUFFERS: usize = 32;
const IS_OUTSTANDING: u32 = 0x8000_0000;

const NOTHING: i32 = -1;

/** Answers 0 for a buffer that the device has already. */
export function offer(state: u32, id: u32): i32 {
  const mask = load<u32>(state, MASK);
  const buffer = state + (id << 2);
  if (id > mask) return 0;
  const capacity = load<u32>(buffer, BUFFERS);
  if (capacity >= IS_OUTSTANDING) return 0;
  store<u32>(buffer, capacity | IS_OUTSTANDING, BUFFERS);
  store<u32>(state, load<u32>(state, OUTSTANDING) + 1, OUTSTANDING);
  const offered = load<u32>(state, OFFERED);
  const ring = load<u32>(state, AVAILABLE) + 4;
  store<u16>(ring + ((offered & mask) << 1), id as u16);
  store<u32>(state, (offered + 1) & 0xffff, OFFERED);
  return 1;
}

/** Answers the number of a buffer with the length of what is in it in the upper half, or NOTHING. */
export function take(state: u32): i32 {
  const mask = load<u32>(state, MASK);
  const used = load<u32>(state, USED);
  while (load<u32>(state, BROKEN) == 0) {
    const seen = load<u32>(state, SEEN);
    const outstanding = load<u32>(state, OUTSTANDING);
    const pending = ((load<u16>(used, 2) as u32) - seen) & 0xffff;
    if (pending == 0) return NOTHING;
    if (pending > outstanding) {
      store<u32>(state, 1, BROKEN);
      return NOTHING;
    }
    const element = used + 4 + ((seen & mask) << 3);
    const id = load<u32>(element);
    const length = load<u32>(element, 4);
    store<u32>(state, (seen + 1) & 0xffff, SEEN);
    const buffer = state + (id << 2);
    if (id > mask || load<u32>(buffer, BUFFERS) < IS_OUTSTANDING) {
      violate(state);
      continue;
    }
    const capacity = load<u32>(buffer, BUFFERS) ^ IS_OUTSTANDING;
    store<u32>(buffer, capacity, BUFFERS);
    store<u32>(state, outstanding - 1, OUTSTANDING);
    if (length <= capacity) return (length << 16) | id;
    if (capacity > 0) violate(state);
    return id;
  }
  return NOTHING;
}

function violate(state: u32): void {
  store<u32>(state, load<u32>(state, VIOLATIONS) + 1, VIOLATIONS);
}
