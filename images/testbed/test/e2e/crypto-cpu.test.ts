import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_DEVICES } from '@atoll/builder/devices';
import { linkProgram } from '@atoll/builder/program';
import { qemuCommand } from '@atoll/builder/qemu';
import type { ImageTarget } from '@atoll/builder/target';
import { Random } from '@atoll/sim/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { buildTender } from '../../src/tender/build.ts';
import { answersOf } from '../crypto/answers.ts';
import { REFERENCE } from '../crypto/reference.ts';
import { rsaKeys } from '../crypto/rsa-keys.ts';

/**
 * SSE3 at most; SSE4.1 as well; AES and PCLMULQDQ; AVX2, BMI2 and ADX. Libraries choose by CPUID, and each choice
 * must answer the same. What the host has besides (SHA extensions, AVX-512) comes with the targets that run on it.
 */
const CPUS = ['qemu64', 'Nehalem', 'Westmere', 'max'];
const NATIVE_TARGETS = ['unix', 'hvt', 'spt'] as const;

const SEED = 5116;

const TIMEOUT_MS = 120_000;

describe.skipIf(lacks('cc', 'qemu-system-x86_64'))(
  'native cryptography answers as the reference',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'atoll-crypto-cpu-'));
    const script = join(folder, 'crypto-answers.ts');

    beforeAll(async () => {
      const keys = rsaKeys(new Random(SEED));
      const expected = answersOf(REFERENCE, keys, SEED);
      const plainKeys = keys.map((key) =>
        Object.fromEntries(Object.entries(key).map(([part, bytes]) => [part, [...bytes]])),
      );
      const runner = join(import.meta.dirname, '../in-image/crypto-answers.ts');
      const values = [expected, plainKeys, SEED].map((value) => JSON.stringify(value));
      const call = `run(${values.join(', ')});`;
      await writeFile(script, `import { run } from ${JSON.stringify(runner)};\n${call}\n`);
      await link('virtio');
    }, TIMEOUT_MS);

    afterAll(() => rm(folder, { recursive: true }));

    async function link(target: ImageTarget): Promise<string> {
      const name = 'crypto-answers';
      const output = imageOf(target);
      await linkProgram({ name, target, entry: { file: script }, output, note: () => '{}' });
      return output;
    }

    const imageOf = (target: ImageTarget) => join(folder, `crypto-answers.${target}`);

    it.each(CPUS)(
      'on the CPU %s',
      async (cpu) => {
        const command = qemuCommand({
          image: imageOf('virtio'),
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

    it.each(NATIVE_TARGETS)(
      'on %s',
      async (target) => {
        const image = await link(target);
        const command = target === 'unix' ? [image] : [buildTender(), '--mem=32', '--', image];
        expect((await run(command, { timeoutMs: TIMEOUT_MS })).stdout).toBe('SUCCESS\n');
      },
      TIMEOUT_MS,
    );
  },
);
