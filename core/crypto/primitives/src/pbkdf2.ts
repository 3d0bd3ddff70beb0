import type { HashAlgorithm, Mac } from './hash.ts';

/** PBKDF2 (RFC 8018, 5.2) with HMAC: `length` bytes out of a password. */
export function pbkdf2(
  hash: HashAlgorithm,
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Uint8Array {
  if (!(Number.isInteger(iterations) && iterations >= 1)) {
    throw new RangeError('PBKDF2 needs at least one iteration');
  }
  const output = new Uint8Array(length);
  const mac = hash.hmac(password);
  const index = new Uint8Array(4);
  for (let made = 0, block = 1; made < length; made += hash.digestLength, block++) {
    new DataView(index.buffer).setUint32(0, block);
    const link = mac.update(salt).update(index).tag();
    const sum = link.slice();
    if (mac.chain === undefined) chain(mac, link, sum, iterations - 1);
    else mac.chain(link, sum, iterations - 1);
    output.set(sum.subarray(0, length - made), made);
    sum.fill(0);
  }
  mac.wipe();
  return output;
}

function chain(mac: Mac, first: Uint8Array, sum: Uint8Array, count: number): void {
  let link = first;
  for (let i = 0; i < count; i++) {
    link = mac.update(link).tag();
    for (let j = 0; j < sum.length; j++) sum[j] ^= link[j];
  }
}
