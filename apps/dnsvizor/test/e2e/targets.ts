import { imagesOf } from '@atoll/testbed/target/images';
import { dnsmasq } from '@atoll/testbed/target/peers';

export { onEach } from '@atoll/testbed/each';

export const { node, unix, hvt, ring, spt, microvm, q35, plain, xen } = imagesOf('dnsvizor');

/** Our appliance on every target. */
export const OURS = [node, unix, hvt, spt, microvm];

/**
 * dnsmasq comes first: where it fails, the test is wrong. Tests of protocols leave out hvt and spt, which
 * have the driver of unix.
 */
export const ALL = [dnsmasq, node, unix, microvm];
