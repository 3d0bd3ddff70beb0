/** Keccak (FIPS 202): one sponge, whose state and tables lie where `keccakSetup` put them. */

/** Bytes of state, tables and room for a round. */
export const KECCAK_SIZE: u32 = 200 + 192 + 48 + 80;

let state: u32 = 0;
let constants: u32 = 0;
let steps: u32 = 0;
let columns: u32 = 0;
let rate: u32 = 0;
let at: u32 = 0;

const ROUNDS: u32 = 24;

export function keccakSetup(address: u32): void {
  state = address;
  constants = address + 200;
  steps = constants + 192;
  columns = steps + 48;
  let bits: u32 = 1;
  for (let round: u32 = 0; round < ROUNDS; round++) {
    // 3.2.5: the constant's bits come from a shift register.
    let constant: u64 = 0;
    for (let bit: u32 = 0; bit < 7; bit++) {
      bits = ((bits << 1) ^ ((bits >> 7) * 0x71)) & 0xff;
      if ((bits & 2) != 0) constant ^= (<u64>1) << ((1 << bit) - 1);
    }
    store<u64>(constants + 8 * round, constant);
  }
  // 3.2.2 and 3.2.3: where each lane goes, and how far it turns.
  let x: u32 = 1;
  let y: u32 = 0;
  for (let step: u32 = 0; step < 24; step++) {
    const next = (2 * x + 3 * y) % 5;
    x = y;
    y = next;
    store<u8>(steps + 2 * step, x + 5 * y);
    store<u8>(steps + 2 * step + 1, (((step + 1) * (step + 2)) / 2) % 64);
  }
}

/** Starts over with blocks of `blockSize` bytes. */
export function begin(blockSize: u32): void {
  memory.fill(state, 0, 200);
  rate = blockSize;
  at = 0;
}

export function absorb(address: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) absorbByte(load<u8>(address + i));
}

export function absorbByte(byte: u32): void {
  store<u8>(state + at, load<u8>(state + at) ^ byte);
  if (++at == rate) {
    permute();
    at = 0;
  }
}

/** Ends the input with `suffix`: 6 for SHA-3, 0x1f for SHAKE. What follows is squeezed. */
export function finish(suffix: u32): void {
  store<u8>(state + at, load<u8>(state + at) ^ suffix);
  store<u8>(state + rate - 1, load<u8>(state + rate - 1) ^ 0x80);
  permute();
  at = 0;
}

export function squeeze(address: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) store<u8>(address + i, squeezeByte());
}

export function squeezeByte(): u32 {
  if (at == rate) {
    permute();
    at = 0;
  }
  return load<u8>(state + at++);
}

function permute(): void {
  for (let round: u32 = 0; round < ROUNDS; round++) {
    for (let x: u32 = 0; x < 5; x++) {
      const lane = state + 8 * x;
      const column =
        load<u64>(lane) ^ load<u64>(lane, 40) ^ load<u64>(lane, 80) ^ load<u64>(lane, 120);
      store<u64>(columns + 8 * x, column ^ load<u64>(lane, 160));
    }
    theta(0, 32, 8);
    theta(8, 0, 16);
    theta(16, 8, 24);
    theta(24, 16, 32);
    theta(32, 24, 0);
    let lane = load<u64>(state + 8);
    for (let step: u32 = 0; step < 24; step++) {
      const place = state + 8 * <u32>load<u8>(steps + 2 * step);
      const replaced = load<u64>(place);
      store<u64>(place, rotl<u64>(lane, load<u8>(steps + 2 * step + 1)));
      lane = replaced;
    }
    for (let row = state; row < state + 200; row += 40) {
      const a = load<u64>(row);
      const b = load<u64>(row, 8);
      const c = load<u64>(row, 16);
      const d = load<u64>(row, 24);
      const e = load<u64>(row, 32);
      store<u64>(row, a ^ (~b & c));
      store<u64>(row, b ^ (~c & d), 8);
      store<u64>(row, c ^ (~d & e), 16);
      store<u64>(row, d ^ (~e & a), 24);
      store<u64>(row, e ^ (~a & b), 32);
    }
    store<u64>(state, load<u64>(state) ^ load<u64>(constants + 8 * round));
  }
}

/** Adds the columns beside the one at `offset` to its lanes (3.2.1). */
function theta(offset: u32, left: u32, right: u32): void {
  const parity = load<u64>(columns + left) ^ rotl<u64>(load<u64>(columns + right), 1);
  for (let lane = state + offset; lane < state + 200; lane += 40) {
    store<u64>(lane, load<u64>(lane) ^ parity);
  }
}
