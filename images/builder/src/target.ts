/** What an appliance can be built for. */
export const TARGETS = ['node', 'unix', 'hvt', 'spt', 'virtio', 'xen'] as const;

export type Target = (typeof TARGETS)[number];

/** The targets that have a kernel of ours; `node` is a bundle for Node.js. */
export type ImageTarget = Exclude<Target, 'node'>;

/** The targets that Solo5's tenders load, which want to know the devices beforehand. */
export function isSolo5(target: Target): boolean {
  return target === 'hvt' || target === 'spt';
}

/** The driver of a target: a folder under `drivers/`. */
export function driverOf(target: Target): string {
  return isSolo5(target) || target === 'unix' ? 'host' : target;
}

/** The suffix of the file that a target boots. */
export function suffixOf(target: Target): string {
  return target === 'node' ? 'mjs' : target;
}
