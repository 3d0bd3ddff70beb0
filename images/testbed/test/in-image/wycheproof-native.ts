import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import { fastMlKem768 } from '@atoll/primitives/fast';
import { nativeProvider } from '../crypto/native.ts';
import { runAll } from './wycheproof.ts';

declare const host: Host;

export function run(vectors: string): void {
  const fast = hostFastPaths(host);
  runAll({ ...nativeProvider(fast), mlKem768: fastMlKem768(fast) }, vectors);
}
