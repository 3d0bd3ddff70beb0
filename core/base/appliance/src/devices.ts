import { nearest } from '@atoll/conf/nearest';
import type { BlockDevice } from '@atoll/device/block';
import type { NetworkDevice } from '@atoll/device/network';
import type { Sockets } from '@atoll/device/socket';
import type { DeviceDeclaration, DeviceType, System } from './appliance.ts';

/** What a driver knows of devices. */
export interface DeviceSource {
  /** The devices that were given by name: the appliance must declare them all. */
  readonly devices: readonly GivenDevice[];
  /** Stand for all network devices, where there are none. */
  readonly sockets: Sockets | undefined;
  /** Opens the device `name`, at most once; `undefined` when the platform was not given one. */
  network(name: string): NetworkDevice | undefined;
  block(name: string): BlockDevice | undefined;
}

export interface GivenDevice {
  readonly name: string;
  readonly type: DeviceType;
}

export type OpenDevices = Pick<System, 'network' | 'block'>;

/** The devices of `source`, each of which is opened when it is first asked for. */
export function openedOnce(source: DeviceSource): OpenDevices {
  const networks = new Map<string, NetworkDevice | undefined>();
  const blocks = new Map<string, BlockDevice | undefined>();
  return {
    network(name) {
      if (!networks.has(name)) networks.set(name, source.network(name));
      return networks.get(name);
    },
    block(name) {
      if (!blocks.has(name)) blocks.set(name, source.block(name));
      return blocks.get(name);
    },
  };
}

/** What is wrong with the devices that were given, as a message of two lines; opens those declared. */
export function wrongDevice(
  declared: readonly DeviceDeclaration[],
  source: DeviceSource,
  open: OpenDevices,
): string | undefined {
  for (const { name, type } of source.devices) {
    const names = declared.filter((device) => device.type === type).map((device) => device.name);
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    const all = names.length === 0 ? 'none' : `only ${names.join(', ')}`;
    const advice = near === undefined ? `expected ${all}` : `did you mean "${near}"?`;
    return `there is no use for a ${type} device "${name}"\n  ${advice}`;
  }
  for (const { name, type, summary, isOptional = false } of declared) {
    if (open[type](name) !== undefined || isOptional) continue;
    if (type === 'network' && source.sockets !== undefined) continue;
    return `no ${type} device "${name}"\n  expected one for: ${summary}`;
  }
  return undefined;
}
