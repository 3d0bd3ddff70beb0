// Runs inside an image: times of each subject on both kinds of secrets, as JSON.
import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import { fastMlKem768 } from '@atoll/primitives/fast';
import { agreementKem } from '@atoll/primitives/kem';
import { generateRsaKey } from '@atoll/primitives/rsa-generate';
import { Random } from '@atoll/sim/random';
import { nativeProvider } from '../../test/crypto/native.ts';
import type { Subject } from './subjects.ts';
import * as subjects from './subjects.ts';
import * as tls from './tls.ts';
import { welch } from './welch.ts';

declare const host: Host;

/** How much of the measurements counts: all, then less and less of the slow ones. */
const SHARES = [1, 0.95, 0.8, 0.5];

const random = new Random(host.monotonic() * 1e6);
const fast = hostFastPaths(host);
const native = nativeProvider(fast);
const { aesGcm, aesCcm, chacha20Poly1305, x25519, curves, hashes, ed25519, rsa } = native;

for (const subject of [
  subjects.leakyControl(),
  subjects.nullControl(aesGcm[128]),
  subjects.equality(),
  subjects.tagCheck(aesGcm[128]),
  subjects.tagCheck(aesCcm(16, 16)),
  subjects.tagCheck(chacha20Poly1305),
  tls.finishedCheck(hashes['SHA-256'], random),
  tls.binderCheck(aesGcm[128], hashes['SHA-256'], agreementKem(x25519), random),
  subjects.decapsulation(fastMlKem768(fast), random),
  subjects.agreement(x25519, random, 15_000),
  subjects.agreement(curves.secp256r1, random, 15_000),
  subjects.ed25519Signing(ed25519, random),
  subjects.ecdsaSigning(curves.secp256r1, hashes['SHA-256'], random, 20_000),
  subjects.ecdsaSigning(curves.secp384r1, hashes['SHA-384'], random, 1_000),
  subjects.rsaOperation(rsa, generateRsaKey(2048, random), random),
]) {
  host.write(`${JSON.stringify(measured(subject))}\n`);
}

function measured(subject: Subject) {
  const times: [number[], number[]] = [[], []];
  for (let i = 0; i < subject.measurements; i++) {
    // No branch on the kind: the CPU's predictor would remember which way it went.
    const which = random.below(2) as 0 | 1;
    subject.prepare(which);
    const start = host.monotonic();
    subject.run();
    times[which].push((host.monotonic() - start) * 1e6);
  }
  const { name, classes, measurements } = subject;
  return { name, classes, measurements, comparisons: SHARES.map((share) => welch(times, share)) };
}
