import { existsSync, readFileSync } from 'node:fs';
import { fromHex } from '@atoll/bytes/hex';
import { aes128Cbc, aes256Cbc } from '@atoll/primitives/reference/aes-cbc';
import { expect, it } from 'vitest';

/** Beside the repository. */
const FILE = '../shared/data/wycheproof/aes_cbc_pkcs5_test.json';
const isPresent = existsSync(FILE);

interface VectorFile {
  readonly testGroups: readonly {
    readonly keySize: number;
    readonly tests: readonly Readonly<Record<'key' | 'iv' | 'msg' | 'ct' | 'result', string>>[];
  }[];
}

it.skipIf(!isPresent)(
  isPresent
    ? 'AES-CBC decrypts what Wycheproof finds valid, and nothing else'
    : `${FILE} is absent`,
  () => {
    const { testGroups } = JSON.parse(readFileSync(FILE, 'utf8')) as VectorFile;
    const ciphers = [aes128Cbc, aes256Cbc];
    let run = 0;
    for (const { keySize, tests } of testGroups) {
      const cipher = ciphers.find(({ keyLength }) => keyLength === keySize / 8);
      if (cipher === undefined) continue;
      for (const { key, iv, msg, ct, result } of tests) {
        const plaintext = cipher.decrypt(bytes(key), bytes(iv), bytes(ct));
        expect(plaintext).toEqual(result === 'valid' ? bytes(msg) : undefined);
        run++;
      }
    }
    expect(run).toBeGreaterThan(100);
  },
);

function bytes(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array(0);
}
