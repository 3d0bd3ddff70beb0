import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import type { RsaPrivateKey } from '@atoll/primitives/rsa';
import { answersOf } from '../crypto/answers.ts';
import { nativeProvider } from '../crypto/native.ts';

declare const host: Host;

type PlainKey = Readonly<Record<keyof RsaPrivateKey, readonly number[]>>;

/** Runs inside an image: the native provider must answer what the reference did elsewhere. */
export function run(expected: readonly string[], plainKeys: readonly PlainKey[], seed: number) {
  const keys = plainKeys.map(
    (key) =>
      Object.fromEntries(
        Object.entries(key).map(([name, bytes]) => [name, Uint8Array.from(bytes)]),
      ) as Record<keyof RsaPrivateKey, Uint8Array>,
  );
  const answers = answersOf(nativeProvider(hostFastPaths(host)), keys, seed);
  const wrong = answers.filter((answer, index) => answer !== expected[index]);
  const isSame = wrong.length === 0 && answers.length === expected.length;
  host.write(isSame ? 'SUCCESS\n' : `wrong: ${wrong.join(', ')}\n`);
}
