import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import { mlKem768 } from '@atoll/primitives/reference/ml-kem';
import { nativeProvider } from '../crypto/native.ts';
import { runAll } from './wycheproof.ts';

declare const host: Host;

/** ML-KEM is in no library: the reference serves. */
export function run(vectors: string): void {
  runAll({ ...nativeProvider(hostFastPaths(host)), mlKem768 }, vectors);
}
