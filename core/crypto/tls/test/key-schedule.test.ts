import { sha256 } from '@atoll/primitives/reference/sha2';
import { expect, it } from 'vitest';
import { exportKeyingMaterial } from '../src/key-schedule.ts';

it('exported keying material depends on secret, label, context and length', () => {
  const one = new Uint8Array(32).fill(1);
  const two = new Uint8Array(32).fill(2);
  const all = [
    exportKeyingMaterial(sha256, one, 'a', one, 32),
    exportKeyingMaterial(sha256, two, 'a', one, 32),
    exportKeyingMaterial(sha256, one, 'b', one, 32),
    exportKeyingMaterial(sha256, one, 'a', one.slice(1), 32),
    exportKeyingMaterial(sha256, one, 'a', one, 33).slice(0, 32),
  ].map(String);
  expect(new Set(all).size).toBe(all.length);
});
