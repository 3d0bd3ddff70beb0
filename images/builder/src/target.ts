/** What an appliance can be built for. */
export const TARGETS = ['node', 'unix', 'virtio'] as const;

export type Target = (typeof TARGETS)[number];

/** The targets that have a kernel of ours; `node` is a bundle for Node.js. */
export type ImageTarget = Exclude<Target, 'node'>;

/** The suffix of the file that a target boots. */
export function suffixOf(target: Target): string {
  return target === 'node' ? 'mjs' : target;
}
