/** Finds the `--dhcp-host` line that a client matches. */
import type { DhcpHost, HardwarePattern } from '../argument/host.ts';
import { holds } from '../argument/tag.ts';
import { inSubnet, type Subnet } from '../config.ts';

export interface HostMatch {
  readonly host: DhcpHost;
  /** Its address lies in another subnet, so the host is known but has no address of its own here. */
  readonly elsewhere: boolean;
}

/**
 * Hosts by client identifier, by hardware address, by name, and by pattern: the first kind that matches
 * counts, among patterns the one with the fewest wildcards. The name that a client claims matches only
 * a line that asks for nothing else.
 */
export class HostTable {
  readonly #byClientId = new Map<string, DhcpHost[]>();
  readonly #byHardware = new Map<string, DhcpHost[]>();
  readonly #byName = new Map<string, DhcpHost[]>();
  readonly #byPattern: { readonly pattern: RegExp; readonly host: DhcpHost }[] = [];
  /** All names of hosts, which only these hosts may bear. */
  readonly names: ReadonlySet<string>;

  constructor(hosts: readonly DhcpHost[]) {
    const patterns: { pattern: HardwarePattern; host: DhcpHost }[] = [];
    for (const host of hosts) {
      for (const id of host.clientIds) add(this.#byClientId, id, host);
      for (const pattern of host.hardware) {
        if (pattern.includes(undefined)) patterns.push({ pattern, host });
        else add(this.#byHardware, patternText(pattern, ''), host);
      }
      if (host.name !== undefined && host.hardware.length === 0 && host.clientIds.length === 0) {
        add(this.#byName, host.name, host);
      }
    }
    patterns.sort((a, b) => wildcards(a.pattern) - wildcards(b.pattern));
    for (const { pattern, host } of patterns) {
      this.#byPattern.push({ pattern: new RegExp(`^${patternText(pattern, '..')}$`), host });
    }
    this.names = new Set(hosts.flatMap((host) => host.name ?? []));
  }

  /** `hardware` and `clientId` in hexadecimal; `tags` are those of the ranges in `subnet`. */
  find(
    hardware: string,
    clientId: string | undefined,
    name: string,
    subnet: Subnet,
    tags: ReadonlySet<string>,
  ): HostMatch | undefined {
    return (
      (clientId === undefined ? undefined : choose(this.#byClientId.get(clientId), subnet, tags)) ??
      choose(this.#byHardware.get(hardware), subnet, tags) ??
      choose(this.#byName.get(name), subnet, tags) ??
      choose(this.#matching(hardware), subnet, tags)
    );
  }

  #matching(hardware: string): DhcpHost[] | undefined {
    if (this.#byPattern.length === 0) return undefined;
    return this.#byPattern.filter(({ pattern }) => pattern.test(hardware)).map(({ host }) => host);
  }
}

function choose(
  hosts: readonly DhcpHost[] | undefined,
  subnet: Subnet,
  tags: ReadonlySet<string>,
): HostMatch | undefined {
  if (hosts === undefined) return undefined;
  let elsewhere: DhcpHost | undefined;
  for (const host of hosts) {
    if (!holds(host.conditions, tags)) continue;
    if (host.address === undefined || inSubnet(subnet, host.address)) {
      return { host, elsewhere: false };
    }
    elsewhere ??= host;
  }
  return elsewhere === undefined ? undefined : { host: elsewhere, elsewhere: true };
}

function add(map: Map<string, DhcpHost[]>, key: string, host: DhcpHost): void {
  const hosts = map.get(key);
  if (hosts === undefined) map.set(key, [host]);
  else hosts.push(host);
}

function wildcards(pattern: HardwarePattern): number {
  return pattern.filter((octet) => octet === undefined).length;
}

function patternText(pattern: HardwarePattern, any: string): string {
  return pattern.map((octet) => octet?.toString(16).padStart(2, '0') ?? any).join(':');
}
