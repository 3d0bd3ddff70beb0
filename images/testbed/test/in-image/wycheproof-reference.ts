import { REFERENCE } from '../crypto/reference.ts';
import { runAll } from './wycheproof.ts';

export function run(vectors: string): void {
  runAll(REFERENCE, vectors);
}
