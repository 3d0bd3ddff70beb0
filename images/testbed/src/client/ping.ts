import type { Host } from '../lan.ts';

/** Sends `count` echo requests with `size` octets of data each; answers how many came back. */
export async function ping(host: Host, address: string, { count = 3, size = 56 } = {}) {
  const command = ['ping', '-n', '-c', String(count), '-i', '0.05', '-W', '2', '-s', String(size)];
  const { stdout } = await host.run([...command, address]);
  return Number(/(\d+) received/.exec(stdout)?.[1] ?? 0);
}
