import { execFileSync } from 'node:child_process';

/** How `openssl speed` is asked, and what its answers are in our table. */
const SYMMETRIC: readonly (readonly [args: readonly string[], algorithm: string])[] = [
  [['-evp', 'aes-128-gcm'], 'AES_128_GCM'],
  [['-evp', 'aes-256-gcm'], 'AES_256_GCM'],
  [['-evp', 'aes-128-ccm'], 'AES_128_CCM'],
  [['-evp', 'chacha20-poly1305'], 'CHACHA20_POLY1305'],
  [['-evp', 'sha1'], 'SHA-1'],
  [['-evp', 'sha256'], 'SHA-256'],
  [['-evp', 'sha384'], 'SHA-384'],
  [['-evp', 'sha512'], 'SHA-512'],
  [['-hmac', 'sha256'], 'HMAC-SHA-256'],
];

const ASYMMETRIC = [
  ...['ecdhx25519', 'ecdhp256', 'ecdhp384', 'ecdhp521'],
  ...['ed25519', 'ecdsap256', 'ecdsap384', 'ecdsap521', 'rsa2048'],
];

const AGREEMENTS: Readonly<Record<string, string>> = {
  253: 'x25519',
  256: 'secp256r1',
  384: 'secp384r1',
  521: 'secp521r1',
};

/** Runs in a second, by the names of the operations, of which `wanted` is measured. */
export function opensslRates(wanted: readonly string[]): Map<string, number> {
  const rates = new Map<string, number>();
  for (const [args, algorithm] of SYMMETRIC) {
    for (const size of [16_384, 1_400]) {
      const name = `${algorithm} ${size}`;
      if (!wanted.includes(name)) continue;
      const [, bytesPerSecond] =
        /^\+F:\d+:.*:([\d.]+)$/m.exec(speed(['-bytes', String(size), ...args])) ?? [];
      rates.set(name, Number(bytesPerSecond) / size);
    }
  }
  for (const line of speed(ASYMMETRIC).split('\n')) {
    const [kind, , bits, first, second] = line.split(':');
    if (kind === '+F5') rates.set(`${AGREEMENTS[bits]} agree`, Number(first));
    else if (kind === '+F2') both(rates, 'rsa_pkcs1_sha256', first, second);
    else if (kind === '+F4') both(rates, ECDSA[bits], first, second);
    else if (kind === '+F6') both(rates, 'ed25519', second, line.split(':')[5]);
  }
  return rates;
}

const ECDSA: Readonly<Record<string, string>> = {
  256: 'ecdsa_secp256r1_sha256',
  384: 'ecdsa_secp384r1_sha384',
  521: 'ecdsa_secp521r1_sha512',
};

function both(rates: Map<string, number>, name: string, sign: string, verify: string): void {
  rates.set(`${name} sign`, Number(sign));
  rates.set(`${name} verify`, Number(verify));
}

/** The machine-readable answer of `openssl speed`. */
function speed(args: readonly string[]): string {
  return execFileSync('openssl', ['speed', '-mr', '-seconds', '1', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
