import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import { generateRsaKey } from '@atoll/primitives/rsa-generate';
import { Random } from '@atoll/sim/random';
import { answersOf } from '../crypto/answers.ts';
import { nativeProvider } from '../crypto/native.ts';

declare const host: Host;

/** Runs inside an image: the native provider must answer what the reference did elsewhere. */
export function run(expected: readonly string[], keySeed: number, seed: number): void {
  const key = generateRsaKey(1024, new Random(keySeed));
  const answers = answersOf(nativeProvider(hostFastPaths(host)), key, seed);
  const wrong = answers.filter((answer, index) => answer !== expected[index]);
  const isSame = wrong.length === 0 && answers.length === expected.length;
  host.write(isSame ? 'SUCCESS\n' : `wrong: ${wrong.join(', ')}\n`);
}
