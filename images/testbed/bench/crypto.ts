/**
 * Each primitive of three providers: @noble on Node.js, node:crypto, and the native one in an image for
 * `unix`, beside `openssl speed`. A ratio is ours in the image to OpenSSL's.
 */
import { join } from 'node:path';
import { createFastPaths } from '@atoll/driver-node/fast';
import { generateRsaKey } from '@atoll/primitives/rsa-generate';
import { printRatio, printTable } from '../src/contest.ts';
import { runInImage } from '../src/in-image.ts';
import { absence } from '../src/requirements.ts';
import { nativeProvider } from '../test/crypto/native.ts';
import type { Provider } from '../test/crypto/provider.ts';
import { REFERENCE } from '../test/crypto/reference.ts';
import { opensslRates } from './crypto/openssl.ts';
import type { Operation } from './crypto/operations.ts';
import { kemOperations, operationsOf, rateOf } from './crypto/operations.ts';

const MILLISECONDS = 10;
const TIMEOUT_MS = 300_000;

const entropy = { fill: (bytes: Uint8Array) => void crypto.getRandomValues(bytes) };
const key = generateRsaKey(2048, entropy);
const { mlKem768 } = REFERENCE;
const node: Provider = { ...nativeProvider(createFastPaths({})), mlKem768 };

const noble = [...operationsOf(REFERENCE, key, entropy), ...kemOperations(REFERENCE, entropy)];
const names = noble.map(({ name }) => name);
const image = await imageRates();
const reason = absence('openssl');
if (reason !== undefined) console.log(`no ratios: ${reason}`);
const openssl = reason === undefined ? opensslRates(names) : new Map<string, number>();
const rates = {
  '@noble on node': ratesOf(noble),
  'node:crypto': ratesOf(operationsOf(node, key, entropy)),
  'native in unix': image,
  openssl,
};
printTable(
  noble.map(({ name, bytes }) => ({
    operation: name,
    ...Object.fromEntries(
      Object.entries(rates).map(([who, of]) => [who, shown(of.get(name), bytes)]),
    ),
  })),
);
for (const name of names) {
  const [ours, theirs] = [image.get(name), openssl.get(name)];
  if (ours === undefined || theirs === undefined) continue;
  printRatio(name.replaceAll(' ', '-').toLowerCase(), 'openssl', ours, theirs);
}

async function imageRates(): Promise<Map<string, number>> {
  const { status, output } = await runInImage(
    join(import.meta.dirname, 'crypto/image.ts'),
    TIMEOUT_MS,
  );
  if (status !== 0) throw new Error(output);
  return new Map(Object.entries(JSON.parse(output) as Record<string, number>));
}

function ratesOf(operations: readonly Operation[]): Map<string, number> {
  const now = () => performance.now();
  return new Map(operations.map((each) => [each.name, rateOf(each, now, MILLISECONDS)]));
}

/** MB/s for what goes by bytes, runs in a second for the rest. */
function shown(rate: number | undefined, bytes: number | undefined): string {
  if (rate === undefined) return '-';
  if (bytes === undefined) return `${rate.toFixed(rate < 100 ? 1 : 0)} /s`;
  const megabytes = (rate * bytes) / 1e6;
  return `${megabytes.toFixed(megabytes < 10 ? 1 : 0)} MB/s`;
}
