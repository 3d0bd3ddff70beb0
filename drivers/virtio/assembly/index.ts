/**
 * The work per buffer on a split virtqueue: `offer` and `take` of `src/queue.ts`, and per frame: `receive`
 * and `send` of `src/network-queue.ts`. They are the reference and say what is done. `state` is the
 * address of the words that are listed there, `about` that of the words in `src/fast.ts`; here are their
 * offsets in bytes. The device shares rings and buffers: each of its fields is read once and checked.
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
const DROPPED: i32 = -2;

const STATE: usize = 0;
const FIRST: usize = 4;
const HAS_HEADERS: usize = 8;
const JOINED: usize = 12;
const JOINED_SIZE: usize = 16;
const SEGMENT_SIZE: usize = 20;
const CHECKSUM_START: usize = 24;
const CHECKSUM_OFFSET: usize = 28;

const IS_CHECKED: i32 = 0x100;
const IS_UNFINISHED: i32 = 0x200;
const UNUSABLE: i32 = -1;

const STRIDE: u32 = 2064;
const HEADER: u32 = 12;
const ETHERNET_HEADER: u32 = 14;
const SMALLEST: u32 = HEADER + ETHERNET_HEADER;

const NEEDS_CHECKSUM: u32 = 1;
const DATA_VALID: u32 = 2;
const TCP_OVER_IPV4: u32 = 1;
const TCP_OVER_IPV6: u32 = 4;
const ECN: u32 = 0x80;
const ETHERTYPE: usize = 12;
const IPV6_FIRST: u32 = 0x86;
const TCP_DATA_OFFSET: usize = 12;
const TCP_FLAGS: usize = 13;
const TCP_CWR: u32 = 0x80;

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

/**
 * Answers the number of a frame, what is known about it, and from bit 10 on its length; NOTHING or DROPPED.
 */
export function receive(about: u32, lent: i32): i32 {
  const state = load<u32>(about, STATE);
  if (lent >= 0) offer(state, lent as u32);
  const taken = take(state);
  if (taken < 0) return NOTHING;
  const id = (taken & 0xffff) as u32;
  let length = (taken >>> 16) as u32;
  if (length < SMALLEST) {
    offer(state, id);
    return DROPPED;
  }
  const joined = load<u32>(about, JOINED);
  let header = load<u32>(about, FIRST) + id * STRIDE;
  const count: u32 = joined == 0 ? 1 : (load<u16>(header, 10) as u32);
  if (count != 1) {
    length = join(state, about, id, length, count);
    header = joined;
  }
  const known = length == 0 ? UNUSABLE : understand(about, header, length - HEADER);
  if (known == UNUSABLE) violate(state);
  if (count != 1) return known == UNUSABLE ? DROPPED : size(state) | known | ((length - HEADER) << 10);
  if (known != UNUSABLE) return id | known | ((length - HEADER) << 10);
  offer(state, id);
  return DROPPED;
}

/** Answers the length of the frame with its header, or 0. */
function join(state: u32, about: u32, first: u32, firstLength: u32, count: u32): u32 {
  const into = load<u32>(about, JOINED);
  const capacity = load<u32>(about, JOINED_SIZE);
  const frames = load<u32>(about, FIRST);
  const isPossible = count != 0 && count <= size(state);
  let id = first;
  let length = firstLength;
  let total: u32 = 0;
  for (let left = isPossible ? count : 1; ; ) {
    if (total + length <= capacity) memory.copy(into + total, frames + id * STRIDE, length);
    total += length;
    offer(state, id);
    if (--left == 0) break;
    const taken = take(state);
    if (taken < 0) return 0;
    id = (taken & 0xffff) as u32;
    length = (taken >>> 16) as u32;
  }
  return isPossible && total <= capacity ? total : 0;
}

/** What `readFrameHeader` of `@atoll/device` does: answers flags of what `receive` answers, or UNUSABLE. */
function understand(about: u32, header: u32, length: u32): i32 {
  if (load<u32>(about, HAS_HEADERS) == 0) return 0;
  const kind = load<u16>(header) as u32;
  if (kind == 0) return 0;
  if (kind == DATA_VALID) return IS_CHECKED;
  const word = load<u32>(header, 4);
  const type = kind >>> 8;
  const segment: u32 = type == 0 ? 0 : word & 0xffff;
  if (type != 0) {
    const isTcp = (type & ~ECN) == TCP_OVER_IPV4 || (type & ~ECN) == TCP_OVER_IPV6;
    if (!isTcp || segment == 0 || segment > length) return UNUSABLE;
  }
  const isUnfinished = (kind & NEEDS_CHECKSUM) != 0;
  const start: u32 = isUnfinished ? word >>> 16 : 0;
  const offset = load<u16>(header, 8) as u32;
  if (isUnfinished && (start < ETHERNET_HEADER || start + offset + 2 > length)) return UNUSABLE;
  store<u32>(about, segment, SEGMENT_SIZE);
  store<u32>(about, start, CHECKSUM_START);
  store<u32>(about, offset, CHECKSUM_OFFSET);
  return IS_UNFINISHED | ((kind & (NEEDS_CHECKSUM | DATA_VALID)) != 0 ? IS_CHECKED : 0);
}

/** Sends `length` bytes at `frame`, which are in the buffer `id`; answers 0 when the device has that. */
export function send(
  state: u32,
  id: u32,
  frame: u32,
  length: u32,
  start: u32,
  offset: u32,
  segment: u32,
): i32 {
  const header = frame - HEADER;
  let kind: u32 = start == 0 ? 0 : NEEDS_CHECKSUM;
  if (segment != 0 && start != 0) {
    const type: u32 = load<u8>(frame, ETHERTYPE) == IPV6_FIRST ? TCP_OVER_IPV6 : TCP_OVER_IPV4;
    const ecn: u32 = load<u8>(frame + start, TCP_FLAGS) & TCP_CWR ? ECN : 0;
    const headers = start + ((load<u8>(frame + start, TCP_DATA_OFFSET) as u32) >>> 4) * 4;
    kind |= ((type | ecn) << 8) | (headers << 16);
  }
  store<u32>(header, kind);
  if (start != 0) {
    store<u32>(header, (start << 16) | segment, 4);
    store<u32>(header, offset, 8);
  }
  const descriptors = load<u32>(state, AVAILABLE) - size(state) * 16;
  store<u32>(descriptors + id * 16, HEADER + length, 8);
  return offer(state, id);
}

function size(state: u32): u32 {
  return load<u32>(state, MASK) + 1;
}

function violate(state: u32): void {
  store<u32>(state, load<u32>(state, VIOLATIONS) + 1, VIOLATIONS);
}
