import type { Host } from '@atoll/device/host';
import type { Console } from '@atoll/device/system';
import type { StoreClient } from './store/client.ts';

/**
 * Does what the tools ask for in `control/shutdown` (xen/docs/misc/xenstore-paths.pandoc), and says
 * beforehand that we can. `onResume` is told when the domain exists again after a suspend.
 */
export async function followPower(
  host: Pick<Host, 'shutdown'>,
  store: StoreClient,
  console: Console,
  onResume: () => void,
): Promise<void> {
  for (const feature of ['poweroff', 'reboot', 'suspend']) {
    await store.write(`control/feature-${feature}`, '1');
  }
  const obey = async (): Promise<void> => {
    const request = await store.read(PATH);
    if (request === undefined || request === '') return;
    const reason = REASONS[request];
    // The tools see that we heard; what we do not know is left alone.
    if (reason === undefined) return;
    await store.write(PATH, '');
    console.write(`atoll: the tools ask for ${request}\n`);
    if (host.shutdown(reason)) onResume();
  };
  await store.watch(PATH, () => void obey());
}

const PATH = 'control/shutdown';

const REASONS: Readonly<Record<string, number>> = { poweroff: 0, halt: 0, reboot: 1, suspend: 2 };
