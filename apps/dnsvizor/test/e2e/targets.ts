import { imagesOf } from '@atoll/testbed/target/images';
import { dnsmasq } from '@atoll/testbed/target/peers';

export { onEach } from '@atoll/testbed/each';

export const { node, unix, microvm, q35, plain } = imagesOf('dnsvizor');

/** Our appliance on every target. */
export const OURS = [node, unix, microvm];

/** dnsmasq comes first: where it fails, the test is wrong. */
export const ALL = [dnsmasq, ...OURS];
