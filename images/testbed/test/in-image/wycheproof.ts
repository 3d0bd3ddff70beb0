// Runs inside an image: vectors of Wycheproof on one provider.
import type { Host } from '@atoll/device/host';
import type { Provider } from '../crypto/provider.ts';
import { runVectors } from '../crypto/wycheproof/run.ts';
import type { Outcome, VectorFile } from '../crypto/wycheproof/vectors.ts';

declare const host: Host;

/** `vectors` is JSON: pairs of a file's name and content. Writes the outcomes by name, as JSON. */
export function runAll(provider: Provider, vectors: string): void {
  const outcomes: Record<string, Outcome> = {};
  for (const [name, file] of JSON.parse(vectors) as [string, VectorFile][]) {
    outcomes[name] = runVectors(provider, name, file);
  }
  host.write(JSON.stringify(outcomes));
}
