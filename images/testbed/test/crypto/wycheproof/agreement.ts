import type { Provider } from '../provider.ts';
import type { Group, Report } from './vectors.ts';
import { bytesOf, isEqual, numberOf } from './vectors.ts';

/** Group: curve. Test: private, public, shared. */
export function runAgreement(provider: Provider, name: string, group: Group, report: Report): void {
  const agreement = name === 'x25519' ? provider.x25519 : provider.curves[String(group.curve)];
  for (const test of group.tests) {
    const given = bytesOf(test.private);
    const privateKey = name === 'x25519' ? given : padded(numberOf(test.private), agreement);
    report.judge(test, () => {
      const shared = agreement.agree(privateKey, bytesOf(test.public));
      if (shared === undefined) return false;
      if (!isEqual(shared, bytesOf(test.shared))) throw new Error('a wrong secret');
      return true;
    });
  }
}

function padded(number: Uint8Array, { privateLength }: { privateLength: number }): Uint8Array {
  const bytes = new Uint8Array(privateLength);
  bytes.set(number, privateLength - number.length);
  return bytes;
}
