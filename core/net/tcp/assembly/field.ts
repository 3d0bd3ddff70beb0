/** Big-endian fields. */

export function u16At(at: u32): u32 {
  return bswap<u16>(load<u16>(at)) as u32;
}

export function u32At(at: u32): u32 {
  return bswap<u32>(load<u32>(at));
}

export function putU16(at: u32, value: u32): void {
  store<u16>(at, bswap<u16>(value as u16));
}

export function putU32(at: u32, value: u32): void {
  store<u32>(at, bswap<u32>(value));
}
