import { fold, putChecksum, sum } from './checksum';
import { u32At } from './field';
import { endOf, ETHERNET, hasRightChecksum, isIpv4, pseudoSum, putEnd, transportOf } from './headers';
import {
  CHECKSUM,
  DATA_OFFSET,
  FLAGS,
  hasTimestampOnly,
  HEADER,
  SEQUENCE,
  WINDOW,
} from './packet';

/** Words of the state: the frame that is held, how long it is (0: there is none), where its TCP starts, */
const HELD: u32 = 0;
const LENGTH: u32 = 4;
const TRANSPORT: u32 = 8;
/** the sequence number behind its payload, how much payload its first segment had, how many there are, */
const NEXT: u32 = 12;
const SIZE: u32 = 16;
const COUNT: u32 = 20;
/** and whether no more may follow. */
const IS_CLOSED: u32 = 24;

const FIN: u32 = 0x01;
const PSH: u32 = 0x08;
const ACK: u32 = 0x10;
const ECE: u32 = 0x40;
const CWR: u32 = 0x80;

const REFUSED: u32 = 0;
const JOINED: u32 = 1;
const STARTED: u32 = 2;

const MAX_PACKET: u32 = 0xffff;
const MAX_SIZE: u32 = 0x3fff;

/** Answers whether the frame was taken, and whether as the first. */
export function take(state: u32, frame: u32, length: u32, isChecked: u32): u32 {
  const transport = transportOf(frame, length);
  if (transport == 0) return REFUSED;
  const segment = frame + transport;
  const header = ((load<u8>(segment, DATA_OFFSET) as u32) >> 4) * 4;
  const start = transport + header;
  const end = endOf(frame);
  if (header < HEADER || end <= start || end - start > MAX_SIZE) return REFUSED;
  if (header != HEADER && !hasTimestampOnly(segment)) return REFUSED;
  const held = load<u32>(state, LENGTH);
  if (held == 0) {
    const flags = load<u8>(segment, FLAGS) as u32;
    if ((flags & ~(PSH | ECE | CWR)) != ACK) return REFUSED;
    if (!isIntact(frame, transport, end, isChecked)) return REFUSED;
    hold(state, frame, transport, start, end);
    return STARTED;
  }
  if (load<u32>(state, TRANSPORT) != transport || !follows(state, frame, start, end)) return REFUSED;
  if (!isIntact(frame, transport, end, isChecked)) return REFUSED;
  join(state, held, frame, start, end);
  return JOINED;
}

/** Ends what is held: answers its length, and from bit 17 the size of its pieces if there is more than one. */
export function finish(state: u32): u32 {
  const length = load<u32>(state, LENGTH);
  store<u32>(state, 0, LENGTH);
  if (length == 0 || load<u32>(state, COUNT) == 1) return length;
  const frame = load<u32>(state, HELD);
  const transport = load<u32>(state, TRANSPORT);
  putEnd(frame, transport, length);
  putChecksum(frame + transport + CHECKSUM, fold(pseudoSum(frame, transport, length)));
  return length | (load<u32>(state, SIZE) << 17);
}

/** Options of IPv4 are refused, and checksums that are wrong. */
function isIntact(frame: u32, transport: u32, end: u32, isChecked: u32): bool {
  if (isIpv4(frame)) {
    if (transport != ETHERNET + 20 || !hasRightChecksum(frame, transport)) return false;
  }
  if (isChecked != 0) return true;
  const pseudo = pseudoSum(frame, transport, end);
  return fold(sum(frame + transport, end - transport, pseudo)) == 0xffff;
}

function hold(state: u32, frame: u32, transport: u32, start: u32, end: u32): void {
  memory.copy(load<u32>(state, HELD), frame, end);
  store<u32>(state, end, LENGTH);
  store<u32>(state, transport, TRANSPORT);
  store<u32>(state, u32At(frame + transport + SEQUENCE) + end - start, NEXT);
  store<u32>(state, end - start, SIZE);
  store<u32>(state, 1, COUNT);
  store<u32>(state, 0, IS_CLOSED);
}

function join(state: u32, length: u32, frame: u32, start: u32, end: u32): void {
  const held = load<u32>(state, HELD);
  const transport = load<u32>(state, TRANSPORT);
  const payload = end - start;
  memory.copy(held + length, frame + start, payload);
  store<u32>(state, length + payload, LENGTH);
  store<u32>(state, load<u32>(state, NEXT) + payload, NEXT);
  store<u32>(state, load<u32>(state, COUNT) + 1, COUNT);
  const flags = load<u8>(frame + transport, FLAGS) as u32;
  const all = held + transport + FLAGS;
  store<u8>(all, load<u8>(all) | (flags & (PSH | FIN)));
  const isLast = payload < load<u32>(state, SIZE) || (flags & FIN) != 0;
  store<u32>(state, isLast as u32, IS_CLOSED);
}

/** Whether the segment in `frame`, with its TCP where that of what is held is, may be joined to it. */
function follows(state: u32, frame: u32, start: u32, end: u32): bool {
  const payload = end - start;
  if (load<u32>(state, IS_CLOSED) != 0 || payload > load<u32>(state, SIZE)) return false;
  if (load<u32>(state, LENGTH) + payload > ETHERNET + MAX_PACKET) return false;
  const held = load<u32>(state, HELD);
  const transport = load<u32>(state, TRANSPORT);
  const first = held + transport;
  const segment = frame + transport;
  if (u32At(segment + SEQUENCE) != load<u32>(state, NEXT)) return false;
  if (!isSameFlow(held, frame)) return false;
  // Ports, acknowledgment, data offset, window, urgent pointer.
  if (
    load<u32>(first) != load<u32>(segment) ||
    load<u32>(first, 8) != load<u32>(segment, 8) ||
    load<u8>(first, DATA_OFFSET) != load<u8>(segment, DATA_OFFSET) ||
    load<u16>(first, WINDOW) != load<u16>(segment, WINDOW) ||
    load<u16>(first, 18) != load<u16>(segment, 18)
  ) {
    return false;
  }
  const flags = load<u8>(segment, FLAGS) as u32;
  const before = load<u8>(first, FLAGS) as u32;
  if ((flags & ~(PSH | FIN)) != (before & ~(PSH | CWR))) return false;
  if (start - transport == HEADER) return true;
  return isAtLeast(first, segment, 24) && isAtLeast(first, segment, 28);
}

/** Whether the field of 32 bits did not go back, modulo 2^32. */
function isAtLeast(first: u32, segment: u32, field: u32): bool {
  return ((u32At(segment + field) - u32At(first + field)) as i32) >= 0;
}

/** Whether all in front of TCP is the same, apart from lengths, identification and checksum. */
function isSameFlow(held: u32, frame: u32): bool {
  if (load<u64>(held) != load<u64>(frame) || load<u64>(held, 6) != load<u64>(frame, 6)) return false;
  if (isIpv4(frame)) {
    return (
      load<u16>(held, 14) == load<u16>(frame, 14) &&
      load<u32>(held, 20) == load<u32>(frame, 20) &&
      load<u64>(held, 26) == load<u64>(frame, 26)
    );
  }
  return (
    load<u32>(held, 14) == load<u32>(frame, 14) &&
    load<u16>(held, 20) == load<u16>(frame, 20) &&
    load<u64>(held, 22) == load<u64>(frame, 22) &&
    load<u64>(held, 30) == load<u64>(frame, 30) &&
    load<u64>(held, 38) == load<u64>(frame, 38) &&
    load<u64>(held, 46) == load<u64>(frame, 46)
  );
}
