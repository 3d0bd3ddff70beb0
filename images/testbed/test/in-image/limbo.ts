// Runs inside an image: cases of x509-limbo with native signatures.
import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import { nativeProvider } from '../crypto/native.ts';
import { type LimboCase, runCase } from '../x509/limbo.ts';
import { signaturesOf } from '../x509/signatures.ts';

declare const host: Host;

/** `cases` is JSON. Writes what is wrong with each of them by its name, as JSON; null when nothing is. */
export function run(cases: string): void {
  const signatures = signaturesOf(nativeProvider(hostFastPaths(host)));
  const outcomes = (JSON.parse(cases) as LimboCase[]).map((limbo) => [
    limbo.id,
    runCase(limbo, signatures) ?? null,
  ]);
  host.write(JSON.stringify(Object.fromEntries(outcomes)));
}
