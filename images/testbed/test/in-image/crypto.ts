// Runs inside an image: the native provider beside the reference, on the same pseudo-random input.
import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import { generateRsaKey } from '@atoll/primitives/rsa-generate';
import { Random } from '@atoll/sim/random';
import { compareProviders } from '../crypto/compare.ts';
import { misuses } from '../crypto/misuse.ts';
import { nativeProvider } from '../crypto/native.ts';
import { REFERENCE } from '../crypto/reference.ts';

declare const host: Host;

const ROUNDS = 12;

const native = nativeProvider(hostFastPaths(host));
const random = new Random(5116);
const key = generateRsaKey(1024, random);
for (let round = 0; round < ROUNDS; round++) compareProviders(REFERENCE, native, key, random);
const allowed = misuses(native);
if (allowed.length > 0) throw new Error(allowed.join('\n'));
host.write('SUCCESS\n');
