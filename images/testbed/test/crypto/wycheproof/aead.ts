import type { AeadAlgorithm } from '@atoll/primitives/aead';
import type { Provider } from '../provider.ts';
import type { Group, Report, Test } from './vectors.ts';
import { bytesOf, isEqual } from './vectors.ts';

/** Group: ivSize, keySize, tagSize in bits. Test: key, iv, aad, msg, ct, tag. */
export function runAead(provider: Provider, name: string, group: Group, report: Report): void {
  const { ivSize, keySize, tagSize, tests } = group;
  const algorithm = algorithmOf(provider, name, Number(keySize), Number(tagSize));
  if (typeof algorithm === 'string') report.skip(algorithm, tests.length);
  else if (ivSize !== 96) report.skip('nonces have 96 bits', tests.length);
  else for (const test of tests) report.judge(test, () => sealsAndOpens(algorithm, test));
}

/** Or why there is none. */
function algorithmOf(
  provider: Provider,
  name: string,
  keySize: number,
  tagSize: number,
): AeadAlgorithm | string {
  if (name === 'chacha20_poly1305') return provider.chacha20Poly1305;
  if (keySize !== 128 && keySize !== 256) return 'AES keys have 128 or 256 bits';
  if (name === 'aes_gcm') return provider.aesGcm[keySize];
  if (tagSize !== 128 && tagSize !== 64) return 'the tags of CCM have 128 or 64 bits';
  return provider.aesCcm(keySize === 128 ? 16 : 32, tagSize === 128 ? 16 : 8);
}

/** The tag lies behind the message, and before it. */
function sealsAndOpens(algorithm: AeadAlgorithm, test: Test): boolean {
  const [nonce, associated] = [bytesOf(test.iv), bytesOf(test.aad)];
  const [plaintext, ciphertext, tag] = [bytesOf(test.msg), bytesOf(test.ct), bytesOf(test.tag)];
  const aead = algorithm.withKey(bytesOf(test.key));
  const accepted = [true, false].map((isTagBehind) => {
    const start = isTagBehind ? 3 : 3 + tag.length;
    const end = start + plaintext.length;
    const tagStart = isTagBehind ? end : 3;
    const bytes = new Uint8Array(plaintext.length + tag.length + 8);
    bytes.set(ciphertext, start);
    bytes.set(tag, tagStart);
    const isOpened = aead.open(nonce, associated, bytes, start, end, tagStart);
    const expected = isOpened ? plaintext : new Uint8Array(plaintext.length);
    if (!isEqual(bytes.slice(start, end), expected)) throw new Error('a wrong plaintext');

    bytes.set(plaintext, start);
    aead.seal(nonce, associated, bytes, start, end, tagStart);
    const isSealed =
      isEqual(bytes.slice(start, end), ciphertext) &&
      isEqual(bytes.slice(tagStart, tagStart + tag.length), tag);
    if (isSealed !== isOpened) throw new Error('seal and open disagree');
    return isOpened;
  });
  return accepted[0] && accepted[1];
}
