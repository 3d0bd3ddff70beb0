// Runs inside an image: every operation of the native provider; writes the rates as JSON.
import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import { fastMlKem768 } from '@atoll/primitives/fast';
import { generateRsaKey } from '@atoll/primitives/rsa-generate';
import { nativeProvider } from '../../test/crypto/native.ts';
import { kemOperations, operationsOf, rateOf } from './operations.ts';

declare const host: Host;

const MILLISECONDS = 10;

const entropy = { fill: (bytes: Uint8Array) => host.entropy(bytes) };
const fast = hostFastPaths(host);
const provider = { ...nativeProvider(fast), mlKem768: fastMlKem768(fast) };
const key = generateRsaKey(2048, entropy);
const operations = [...operationsOf(provider, key, entropy), ...kemOperations(provider, entropy)];
const now = () => host.monotonic();
const rates = operations.map((operation) => [operation.name, rateOf(operation, now, MILLISECONDS)]);
host.write(JSON.stringify(Object.fromEntries(rates)));
