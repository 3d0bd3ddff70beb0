/**
 * Answers to DNS questions that were answered before: from Ethernet frame to Ethernet frame.
 *
 * A table of whole replies, filled by TypeScript (`src/fast.ts`), which also decides what may be in it.
 * A frame is either answered completely from here, or left alone for the ordinary path: everything
 * unusual (options, fragments, EDNS options, odd flags) is left alone.
 *
 * The table has sets of WAYS slots: first the hashes of all slots, 0 for an empty one, so that a set is
 * looked through within one cache line; then the addresses of the entries of each set, ENTRY bytes each, 0
 * for a set that had no reply yet and so needs no memory. A reply may be in two sets, and goes to the emptier
 * one: hardly any are full before all are nearly so. Where both are, the entry that was used least recently
 * makes room. An entry, all fields little-endian:
 *
 *   0 u16 length of the reply                16 f64 when it was stored (ms)
 *   2 u16 length of the question             24 f64 when it ends (ms)
 *   4 u16 shape of the query                 32 u16[16] offsets of the TTLs in the reply
 *   6 u16 number of TTLs                     64 the reply, its question in lower case
 *   8 u32 when it was used last (a count)
 */
const ENTRY: u32 = 512;
const REPLY: u32 = 64;
const REPLY_CAPACITY: u32 = ENTRY - REPLY;
const TTL_OFFSETS: u32 = 32;
const TTL_CAPACITY: u32 = 16;
const WAYS: u32 = 8;

let hashes: u32 = 0;
let places: u32 = 0;
let setMask: u32 = 0;
/** Where the address of the entries belongs that an insertion lacked. */
let wanting: u32 = 0;
let seed: u32 = 0;
let uses: u32 = 0;
let localMac: u64 = 0;
let localAddress: u32 = 0;
let answered: u32 = 0;

/**
 * The table of `sets` (a power of two) starts at `address`, WAYS + 1 words of zeros for each; `salt` makes its
 * hashes unpredictable.
 */
export function configure(address: u32, sets: u32, salt: u32): void {
  hashes = address;
  places = address + sets * WAYS * 4;
  setMask = sets - 1;
  seed = salt;
}

/** Gives the set that lacked it memory for its entries, WAYS * ENTRY bytes. */
export function supply(address: u32): void {
  store<u32>(wanting, address);
}

/** Only frames to this hardware address (`macHigh` 16 bits, `macLow` 32 bits) and IPv4 address are ours. */
export function listen(macHigh: u32, macLow: u32, address: u32): void {
  localMac = ((macHigh as u64) << 32) | (macLow as u64);
  localAddress = address;
}

/** Forgets all replies. */
export function clear(): void {
  memory.fill(hashes, 0, places - hashes);
}

/** How many frames were answered since the start, modulo 2^32. */
export function answeredCount(): u32 {
  return answered;
}

/**
 * Remembers the reply of `length` bytes at `reply` to the query of `queryLength` bytes at `query` (both
 * DNS messages) until `expires`; `ttls` are `ttlCount` u16 offsets into the reply. Answers KEPT, or REFUSED for
 * a query or a reply that is not of the kind that can be kept, or WANTING: to be called again after {@link supply}.
 */
export function insert(
  query: u32,
  queryLength: u32,
  reply: u32,
  length: u32,
  ttls: u32,
  ttlCount: u32,
  now: f64,
  expires: f64,
): u32 {
  const question = questionLength(query, queryLength);
  if (question == 0 || length > REPLY_CAPACITY || length < HEADER + question) return REFUSED;
  if (ttlCount > TTL_CAPACITY) return REFUSED;
  const shape = queryShape(query, queryLength, question);
  if (shape == UNUSUAL) return REFUSED;

  const hash = questionHash(query + HEADER, question);
  const slot = victim(query + HEADER, question, hash, shape, now);
  wanting = places + (slot / WAYS) * 4;
  if (load<u32>(wanting) == 0) return WANTING;
  const entry = entryOf(slot);
  store<u32>(hashes + slot * 4, hash);
  store<u16>(entry, length as u16);
  store<u16>(entry, question as u16, 2);
  store<u16>(entry, shape as u16, 4);
  store<u16>(entry, ttlCount as u16, 6);
  store<u32>(entry, ++uses, 8);
  store<f64>(entry, now, 16);
  store<f64>(entry, expires, 24);
  memory.copy(entry + TTL_OFFSETS, ttls, ttlCount * 2);
  memory.copy(entry + REPLY, reply, length);
  const from = entry + REPLY + HEADER;
  for (let at: u32 = 0; at < question; at++) store<u8>(from + at, lower(load<u8>(from + at)));
  return KEPT;
}

const REFUSED: u32 = 0;
const KEPT: u32 = 1;
const WANTING: u32 = 2;

/**
 * Answers the Ethernet frame of `length` bytes at `frame`: writes the frame to send back at `out` (2048
 * bytes) and returns its length, or 0 when the ordinary path must look at it. The UDP checksum is not
 * looked at when the frame is `vouched` for.
 */
export function serve(frame: u32, length: u32, vouched: u32, out: u32, now: f64): u32 {
  if (length < ETHERNET + IPV4 + UDP + HEADER) return 0;
  const datagram = datagramLength(frame, length, vouched);
  if (datagram == 0) return 0;
  const query = frame + ETHERNET + IPV4 + UDP;
  const question = questionLength(query, datagram);
  if (question == 0) return 0;
  const shape = queryShape(query, datagram, question);
  if (shape == UNUSUAL) return 0;
  const slot = find(query + HEADER, question, questionHash(query + HEADER, question), shape);
  if (slot == NONE) return 0;
  const entry = entryOf(slot);
  if (load<f64>(entry, 24) <= now) {
    store<u32>(hashes + slot * 4, 0);
    return 0;
  }
  store<u32>(entry, ++uses, 8);
  answered++;

  const replyLength = load<u16>(entry) as u32;
  const reply = out + ETHERNET + IPV4 + UDP;
  memory.copy(reply, entry + REPLY, replyLength);
  store<u16>(reply, load<u16>(query));
  // The question goes back as it was asked, letter case included: clients check it.
  memory.copy(reply + HEADER, query + HEADER, question);
  ageTtls(entry, reply, now);
  writeHeaders(frame, out, replyLength);
  return ETHERNET + IPV4 + UDP + replyLength;
}

const ETHERNET: u32 = 14;
const IPV4: u32 = 20;
const UDP: u32 = 8;
const HEADER: u32 = 12;
const DNS_PORT: u32 = 53;

/**
 * The length of the DNS message in a frame that is a whole, well-formed UDP datagram to our port 53;
 * 0 for anything else.
 */
function datagramLength(frame: u32, length: u32, vouched: u32): u32 {
  if (localAddress == 0 || macAt(frame) != localMac || u16At(frame + 12) != 0x0800) return 0;
  // A reply to a group of stations would multiply.
  if ((load<u8>(frame, 6) & 1) != 0) return 0;
  const packet = frame + ETHERNET;
  if (load<u8>(packet) != 0x45 || load<u8>(packet, 9) != 17) return 0;
  // A fragment, or one that will be followed by others.
  if ((u16At(packet + 6) & 0x3fff) != 0) return 0;
  const total = u16At(packet + 2);
  if (total < IPV4 + UDP + HEADER || total > length - ETHERNET) return 0;
  if (u32At(packet + 16) != localAddress || !isHost(u32At(packet + 12))) return 0;
  if (fold(sum(packet, IPV4)) != 0xffff) return 0;

  const segment = packet + IPV4;
  const size = u16At(segment + 4);
  if (u16At(segment + 2) != DNS_PORT || u16At(segment) == 0 || size != total - IPV4) return 0;
  if (vouched != 0 || load<u16>(segment, 6) == 0) return size - UDP;
  return fold(pseudoHeader(packet, size) + sum(segment, size)) == 0xffff ? size - UDP : 0;
}

/** Neither unspecified, loopback, multicast nor broadcast, and not ourselves. */
function isHost(address: u32): bool {
  const top = address >> 24;
  return top != 0 && top != 127 && top < 224 && address != localAddress;
}

/** The length of the one question (name, type, class) behind the header; 0 when there is no such. */
function questionLength(message: u32, length: u32): u32 {
  if (length < HEADER + 5) return 0;
  const end = message + length;
  let at = message + HEADER;
  for (;;) {
    const label = load<u8>(at) as u32;
    at++;
    if (label == 0) break;
    // Compression has no place in a first name, and at least the root label must follow.
    if (label > 63 || at + label >= end) return 0;
    at += label;
  }
  const size = at - (message + HEADER);
  return size > 255 || at + 4 > end ? 0 : size + 4;
}

const UNUSUAL: u32 = 0xffff;

/**
 * What about a query, beside its question, decides the reply: RD, AD and CD as in the header, and whether
 * there is an OPT record and whether it has DO. UNUSUAL when there is anything else.
 */
function queryShape(message: u32, length: u32, question: u32): u32 {
  const flags = u16At(message + 2);
  if ((flags & ~0x0130) != 0) return UNUSUAL;
  if (u16At(message + 4) != 1 || u16At(message + 6) != 0 || u16At(message + 8) != 0) return UNUSUAL;
  const additionals = u16At(message + 10);
  const left = length - HEADER - question;
  if (additionals == 0) return left == 0 ? flags : UNUSUAL;
  if (additionals != 1 || left != 11) return UNUSUAL;

  const opt = message + HEADER + question;
  if (load<u8>(opt) != 0 || u16At(opt + 1) != 41 || u16At(opt + 9) != 0) return UNUSUAL;
  const extended = u32At(opt + 5);
  if ((extended & ~0x8000) != 0) return UNUSUAL;
  return flags | 1 | (extended >> 14);
}

/** FNV-1a over the question in lower case; never 0. */
function questionHash(question: u32, length: u32): u32 {
  let hash: u32 = 0x811c9dc5 ^ seed;
  for (let at: u32 = 0; at < length; at++) {
    hash = (hash ^ (lower(load<u8>(question + at)) as u32)) * 0x01000193;
  }
  hash ^= hash >> 15;
  return hash == 0 ? 1 : hash;
}

/** Lower case of an ASCII letter; lengths of labels are below the letters, so whole names may pass. */
function lower(octet: u8): u8 {
  return octet - 0x41 < 26 ? octet | 0x20 : octet;
}

const NONE: u32 = 0xffffffff;

/** The first slots of the two sets that a reply may be in; they differ, unless there is only one set. */
function firstOfSet(hash: u32): u32 {
  return (hash & setMask) * WAYS;
}

function firstOfOther(hash: u32): u32 {
  return firstOfSet(hash ^ ((hash >> 16) | 1));
}

function entryOf(slot: u32): u32 {
  return load<u32>(places + (slot / WAYS) * 4) + (slot % WAYS) * ENTRY;
}

/** The slot that has the reply to the question, or NONE. */
function find(question: u32, length: u32, hash: u32, shape: u32): u32 {
  const slot = findFrom(firstOfSet(hash), question, length, hash, shape);
  return slot != NONE ? slot : findFrom(firstOfOther(hash), question, length, hash, shape);
}

/** The same in the set that starts with the slot `first`. */
function findFrom(first: u32, question: u32, length: u32, hash: u32, shape: u32): u32 {
  for (let slot = first; slot < first + WAYS; slot++) {
    if (load<u32>(hashes + slot * 4) != hash) continue;
    const entry = entryOf(slot);
    if (
      (load<u16>(entry, 4) as u32) == shape &&
      (load<u16>(entry, 2) as u32) == length &&
      sameQuestion(entry + REPLY + HEADER, question, length)
    ) {
      return slot;
    }
  }
  return NONE;
}

function sameQuestion(stored: u32, question: u32, length: u32): bool {
  for (let at: u32 = 0; at < length; at++) {
    if (load<u8>(stored + at) != lower(load<u8>(question + at))) return false;
  }
  return true;
}

/** Where a reply goes: over its predecessor, else over one that nobody needs. */
function victim(question: u32, length: u32, hash: u32, shape: u32, now: f64): u32 {
  const same = find(question, length, hash, shape);
  if (same != NONE) return same;
  const one = firstOfSet(hash);
  const other = firstOfOther(hash);
  const free = freeFrom(one, now);
  const freeOther = freeFrom(other, now);
  const slot = idlest(one, now);
  const slotOther = idlest(other, now);
  if (free != freeOther) return free > freeOther ? slot : slotOther;
  return idleness(slot, now) >= idleness(slotOther, now) ? slot : slotOther;
}

/** How many slots of the set that starts with `first` are free. */
function freeFrom(first: u32, now: f64): u32 {
  let free: u32 = 0;
  for (let slot = first; slot < first + WAYS; slot++) {
    if (idleness(slot, now) == FREE) free++;
  }
  return free;
}

/** The slot of the set that starts with `first` whose reply is missed least. */
function idlest(first: u32, now: f64): u32 {
  let found = first;
  for (let slot = first + 1; slot < first + WAYS; slot++) {
    if (idleness(slot, now) > idleness(found, now)) found = slot;
  }
  return found;
}

/** How many replies were given since that in `slot`; FREE when there is none that could be given again. */
function idleness(slot: u32, now: f64): u32 {
  const entry = entryOf(slot);
  if (load<u32>(hashes + slot * 4) == 0 || load<f64>(entry, 24) <= now) return FREE;
  return uses - load<u32>(entry, 8);
}

const FREE: u32 = 0xffffffff;

/** Takes the whole seconds since the reply was stored off its TTLs. */
function ageTtls(entry: u32, reply: u32, now: f64): void {
  const seconds = ((now - load<f64>(entry, 16)) / 1000.0) as u32;
  if (seconds == 0) return;
  const count = load<u16>(entry, 6) as u32;
  for (let index: u32 = 0; index < count; index++) {
    const at = reply + (load<u16>(entry + TTL_OFFSETS + index * 2) as u32);
    const ttl = u32At(at);
    putU32(at, ttl > seconds ? ttl - seconds : 0);
  }
}

/** The frame's headers turned round, for a DNS message of `length` bytes behind them. */
function writeHeaders(frame: u32, out: u32, length: u32): void {
  memory.copy(out, frame + 6, 6);
  memory.copy(out + 6, frame, 6);
  putU16(out + 12, 0x0800);

  const asked = frame + ETHERNET;
  const packet = out + ETHERNET;
  putU16(packet, 0x4500);
  putU16(packet + 2, IPV4 + UDP + length);
  // An atomic datagram needs no identification (RFC 6864 section 4.1): don't fragment, offset 0.
  putU32(packet + 4, 0x00004000);
  putU16(packet + 8, 0x4011);
  store<u16>(packet, 0, 10);
  store<u32>(packet, load<u32>(asked, 16), 12);
  store<u32>(packet, load<u32>(asked, 12), 16);
  store<u16>(packet, ~(fold(sum(packet, IPV4)) as u16), 10);

  const from = asked + IPV4;
  const segment = packet + IPV4;
  const size = UDP + length;
  store<u16>(segment, load<u16>(from, 2));
  store<u16>(segment, load<u16>(from), 2);
  putU16(segment + 4, size);
  store<u16>(segment, 0, 6);
  const checksum = ~(fold(pseudoHeader(packet, size) + sum(segment, size)) as u16);
  // In UDP 0 means that there is no checksum.
  store<u16>(segment, checksum == 0 ? 0xffff : checksum, 6);
}

/**
 * The sum of `length` bytes as little-endian 16-bit words: one's complement sums do not care about byte
 * order (RFC 1071 section 2), as long as the result is stored the way the words were loaded.
 */
function sum(address: u32, length: u32): u64 {
  let total: u64 = 0;
  let at = address;
  const end = address + length;
  for (; at + 4 <= end; at += 4) total += load<u32>(at) as u64;
  if (at + 2 <= end) {
    total += load<u16>(at) as u64;
    at += 2;
  }
  if (at < end) total += load<u8>(at) as u64;
  return total;
}

function pseudoHeader(packet: u32, size: u32): u64 {
  const addresses = (load<u32>(packet, 12) as u64) + (load<u32>(packet, 16) as u64);
  return addresses + (bswap<u16>(17) as u64) + (bswap<u16>(size as u16) as u64);
}

function fold(total: u64): u32 {
  total = (total & 0xffffffff) + (total >> 32);
  total = (total & 0xffffffff) + (total >> 32);
  total = (total & 0xffff) + (total >> 16);
  total = (total & 0xffff) + (total >> 16);
  return (total as u32) & 0xffff;
}

function macAt(at: u32): u64 {
  return ((u16At(at) as u64) << 32) | (u32At(at + 2) as u64);
}

function u16At(at: u32): u32 {
  return bswap<u16>(load<u16>(at)) as u32;
}

function u32At(at: u32): u32 {
  return bswap<u32>(load<u32>(at));
}

function putU16(at: u32, value: u32): void {
  store<u16>(at, bswap<u16>(value as u16));
}

function putU32(at: u32, value: u32): void {
  store<u32>(at, bswap<u32>(value));
}
