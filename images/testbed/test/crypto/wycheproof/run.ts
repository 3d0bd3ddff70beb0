import type { Provider } from '../provider.ts';
import { runAead } from './aead.ts';
import { runAgreement } from './agreement.ts';
import { runKem } from './kem.ts';
import { runKeyed } from './keyed.ts';
import { runSignature } from './signature.ts';
import type { Outcome, VectorFile } from './vectors.ts';
import { Report } from './vectors.ts';

/**
 * Runs one file of Wycheproof, `name` without `_test.json`, on `provider`. It needs nothing of Node.js,
 * so that the same runs in an image.
 */
export function runVectors(provider: Provider, name: string, file: VectorFile): Outcome {
  const report = new Report();
  for (const group of file.testGroups) runnerOf(name)(provider, name, group, report);
  return report;
}

function runnerOf(name: string) {
  if (/^(aes_|chacha20)/.test(name)) return runAead;
  if (/^(ecdh|x25519)/.test(name)) return runAgreement;
  if (/^(hkdf|hmac|pbkdf2)/.test(name)) return runKeyed;
  if (/^mlkem/.test(name)) return runKem;
  return runSignature;
}
