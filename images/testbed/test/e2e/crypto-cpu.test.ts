import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_DEVICES } from '@atoll/builder/devices';
import { linkProgram } from '@atoll/builder/program';
import { qemuCommand } from '@atoll/builder/qemu';
import { generateRsaKey } from '@atoll/primitives/rsa-generate';
import { Random } from '@atoll/sim/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { answersOf } from '../crypto/answers.ts';
import { REFERENCE } from '../crypto/reference.ts';

/**
 * SSE3 at most; SSE4.1 as well; AES and PCLMULQDQ; AVX2, BMI2, ADX and the SHA extensions. Libraries choose
 * by CPUID, and each choice must answer the same.
 */
const CPUS = ['qemu64', 'Nehalem', 'Westmere', 'max'];

const KEY_SEED = 8017;
const SEED = 5116;

const TIMEOUT_MS = 120_000;

describe.skipIf(lacks('cc', 'qemu-system-x86_64'))('native cryptography in a machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-crypto-cpu-'));
  const image = join(folder, 'crypto-answers');
  beforeAll(async () => {
    const expected = answersOf(REFERENCE, generateRsaKey(1024, new Random(KEY_SEED)), SEED);
    const file = join(folder, 'crypto-answers.ts');
    const runner = join(import.meta.dirname, '../in-image/crypto-answers.ts');
    const call = `run(${JSON.stringify(expected)}, ${KEY_SEED}, ${SEED});`;
    await writeFile(file, `import { run } from ${JSON.stringify(runner)};\n${call}\n`);
    await linkProgram({
      name: 'crypto-answers',
      target: 'virtio',
      entry: { file },
      output: image,
      note: () => '{}',
    });
  }, TIMEOUT_MS);

  afterAll(() => rm(folder, { recursive: true }));

  for (const cpu of CPUS) {
    it(
      `answers as the reference does, on ${cpu}`,
      async () => {
        const command = qemuCommand({
          image,
          cpu,
          model: 'microvm',
          acceleration: 'tcg',
          memory: '32',
          declared: [],
          devices: NO_DEVICES,
          bootArguments: [],
        });
        const { stdout } = await run(command, { timeoutMs: TIMEOUT_MS });
        expect(stdout).toBe('SUCCESS\r\n');
      },
      TIMEOUT_MS,
    );
  }
});
