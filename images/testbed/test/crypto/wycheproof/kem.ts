import type { Entropy } from '@atoll/device/system';
import type { Provider } from '../provider.ts';
import type { Group, Report } from './vectors.ts';
import { bytesOf, isEqual } from './vectors.ts';

/** Tests of key generation, encapsulation and decapsulation, by the fields that they have. */
export function runKem({ mlKem768 }: Provider, name: string, group: Group, report: Report): void {
  for (const test of group.tests) {
    if (name === 'mlkem_768_encaps') {
      report.judge(test, () => {
        const result = mlKem768.encapsulate(bytesOf(test.ek), fixed(bytesOf(test.m)));
        if (result === undefined) return false;
        return (
          isEqual(result.ciphertext, bytesOf(test.c)) && isEqual(result.shared, bytesOf(test.K))
        );
      });
    } else if (bytesOf(test.seed).length !== 64) {
      report.skip('the seed of a private key is ours, not outside bytes', 1);
    } else {
      report.judge(test, () => {
        const { publicKey, privateKey } = mlKem768.generate(fixed(bytesOf(test.seed)));
        if (!isEqual(publicKey, bytesOf(test.ek))) throw new Error('a wrong public key');
        if (name === 'mlkem_768_keygen_seed') return isEqual(privateKey, bytesOf(test.dk));
        const shared = mlKem768.decapsulate(privateKey, bytesOf(test.c));
        return shared !== undefined && isEqual(shared, bytesOf(test.K));
      });
    }
  }
}

/** Answers `bytes` to whoever asks for as many. */
function fixed(bytes: Uint8Array): Entropy {
  return {
    fill(target) {
      if (target.length !== bytes.length) throw new Error('another length of randomness');
      target.set(bytes);
    },
  };
}
