// Runs inside an image: the native provider beside the reference, on the same pseudo-random input.
import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import { fastMlKem768 } from '@atoll/primitives/fast';
import { generateRsaKey } from '@atoll/primitives/rsa-generate';
import { Random } from '@atoll/sim/random';
import { compareKems, compareProviders } from '../crypto/compare.ts';
import { misuses } from '../crypto/misuse.ts';
import { nativeProvider } from '../crypto/native.ts';
import { REFERENCE } from '../crypto/reference.ts';

declare const host: Host;

const ROUNDS = 12;

const fast = hostFastPaths(host);
const native = nativeProvider(fast);
const random = new Random(5116);
const key = generateRsaKey(1024, random);
for (let round = 0; round < ROUNDS; round++) compareProviders(REFERENCE, native, key, random);
for (let round = 0; round < ROUNDS; round++) {
  compareKems(REFERENCE.mlKem768, fastMlKem768(fast), random);
}
const allowed = misuses(native);
if (allowed.length > 0) throw new Error(allowed.join('\n'));
host.write('SUCCESS\n');
