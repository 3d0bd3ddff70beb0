import { fold, putChecksum, sum } from './checksum';
import { putU16, putU32, u16At, u32At } from './field';
import { endOf, ETHERNET, isIpv4, pseudoSum, putEnd, transportOf } from './headers';
import { CHECKSUM, DATA_OFFSET, FLAGS, HEADER, SEQUENCE } from './packet';

/** Words of the state. */
const FRAME: u32 = 0;
const TRANSPORT: u32 = 4;
/** Where the payload starts, what comes next of it, and where it ends. */
const PAYLOAD: u32 = 8;
const AT: u32 = 12;
const END: u32 = 16;
const SIZE: u32 = 20;
const PIECES: u32 = 24;
const MADE: u32 = 28;
const IS_PARTIAL: u32 = 32;

const NOT_ONCE: u32 = 0x02 | 0x04 | 0x20;
const LAST_ONLY: u32 = 0x01 | 0x08;
const FIRST_ONLY: u32 = 0x80;

/** Answers where TCP starts in the frame, or 0 when it cannot be cut. */
export function begin(state: u32, frame: u32, length: u32, size: u32, isPartial: u32): u32 {
  store<u32>(state, 0, PIECES);
  store<u32>(state, 0, MADE);
  const transport = transportOf(frame, length);
  if (transport == 0) return 0;
  const segment = frame + transport;
  const header = ((load<u8>(segment, DATA_OFFSET) as u32) >> 4) * 4;
  const payload = transport + header;
  const end = endOf(frame);
  if (header < HEADER || payload > end) return 0;
  const most: u32 = size == 0 ? end - payload : size;
  const pieces: u32 = end - payload > most ? (end - payload + most - 1) / most : 1;
  if (pieces > 1 && (load<u8>(segment, FLAGS) & NOT_ONCE) != 0) return 0;
  store<u32>(state, frame, FRAME);
  store<u32>(state, transport, TRANSPORT);
  store<u32>(state, payload, PAYLOAD);
  store<u32>(state, payload, AT);
  store<u32>(state, end, END);
  store<u32>(state, most, SIZE);
  store<u32>(state, pieces, PIECES);
  store<u32>(state, isPartial, IS_PARTIAL);
  return transport;
}

/** Writes the next piece to `out`; answers its length, 0 when there is none, -1 when there is no room. */
export function next(state: u32, out: u32, room: u32): i32 {
  const made = load<u32>(state, MADE);
  const pieces = load<u32>(state, PIECES);
  if (made == pieces) return 0;
  const frame = load<u32>(state, FRAME);
  const transport = load<u32>(state, TRANSPORT);
  const payload = load<u32>(state, PAYLOAD);
  const at = load<u32>(state, AT);
  const length = min(load<u32>(state, SIZE), load<u32>(state, END) - at);
  const end = payload + length;
  if (end > room) return -1;
  memory.copy(out, frame, payload);
  memory.copy(out + payload, frame + at, length);
  store<u32>(state, at + length, AT);
  store<u32>(state, made + 1, MADE);

  if (isIpv4(out)) putU16(out + ETHERNET + 4, u16At(out + ETHERNET + 4) + made);
  putEnd(out, transport, end);
  const segment = out + transport;
  putU32(segment + SEQUENCE, u32At(segment + SEQUENCE) + at - payload);
  let flags = load<u8>(segment, FLAGS) as u32;
  if (made + 1 < pieces) flags &= ~LAST_ONLY;
  if (made > 0) flags &= ~FIRST_ONLY;
  store<u8>(segment, flags as u8, FLAGS);
  store<u16>(segment, 0, CHECKSUM);
  const pseudo = pseudoSum(out, transport, end);
  if (load<u32>(state, IS_PARTIAL) != 0) putChecksum(segment + CHECKSUM, fold(pseudo));
  else putChecksum(segment + CHECKSUM, ~fold(sum(segment, end - transport, pseudo)));
  return end as i32;
}
