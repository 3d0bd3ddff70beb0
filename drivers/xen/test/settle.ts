import type { StoreClient } from '../src/store/client.ts';

/** Lets everything happen that can: messages move, and promises settle. */
export async function settle(store: StoreClient): Promise<void> {
  for (let round = 0; round < 2000; round++) {
    store.poll();
    await Promise.resolve();
  }
}
