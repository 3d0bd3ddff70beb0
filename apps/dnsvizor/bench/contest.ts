import type { Target } from '@atoll/testbed/target';
import { imagesOf } from '@atoll/testbed/target/images';

export const { node, unix, hvt, spt, microvm } = imagesOf('dnsvizor');

/** Those of `targets` that can run here; says why the others cannot. */
export function present(...targets: Target[]): Target[] {
  return targets.filter((target) => {
    const reason = target.absence();
    if (reason !== undefined) console.log(`${target.name} is left out: ${reason}`);
    return reason === undefined;
  });
}
