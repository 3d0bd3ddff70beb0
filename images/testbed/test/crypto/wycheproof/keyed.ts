import { hkdfExpand, hkdfExtract } from '@atoll/primitives/hkdf';
import { pbkdf2 } from '@atoll/primitives/pbkdf2';
import type { Provider } from '../provider.ts';
import type { Group, Report } from './vectors.ts';
import { bytesOf, isEqual } from './vectors.ts';

/** HMAC, HKDF, PBKDF2: the hash is named in the file's name. */
export function runKeyed(provider: Provider, name: string, group: Group, report: Report): void {
  const hash = provider.hashes[`SHA-${/sha(\d+)$/.exec(name)?.[1]}`];
  for (const test of group.tests) {
    if (name.startsWith('hmac')) {
      report.judge(test, () => {
        const tag = hash.hmac(bytesOf(test.key)).update(bytesOf(test.msg)).tag();
        return isEqual(tag.slice(0, Number(group.tagSize) / 8), bytesOf(test.tag));
      });
    } else if (name.startsWith('hkdf')) {
      const tooLong = Number(test.size) > 255 * hash.digestLength;
      report.judge(test, () => {
        const key = hkdfExtract(hash, bytesOf(test.salt), bytesOf(test.ikm));
        try {
          const output = hkdfExpand(hash, key, bytesOf(test.info), Number(test.size));
          return isEqual(output, bytesOf(test.okm));
        } catch (error) {
          if (error instanceof RangeError && tooLong) return false;
          throw error;
        }
      });
    } else if (Number(test.iterationCount) > MOST_ITERATIONS) {
      report.skip(`more than ${MOST_ITERATIONS} iterations take minutes`, 1);
    } else {
      const { password, salt, iterationCount, dkLen, dk } = test;
      report.judge(test, () => {
        const iterations = Number(iterationCount);
        const key = pbkdf2(hash, bytesOf(password), bytesOf(salt), iterations, Number(dkLen));
        return isEqual(key, bytesOf(dk));
      });
    }
  }
}

const MOST_ITERATIONS = 100_000;
