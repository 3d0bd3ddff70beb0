/** Leases to and from plain values that outlive the server. */
import { type DhcpServerConfig, inSubnet } from '../config.ts';
import type { LeaseRecord } from '../lease.ts';
import { clientKey } from './client.ts';
import { hostLabel } from './hostname.ts';
import type { RequestReader } from './request.ts';
import type { Binding, LeaseTable } from './state.ts';

/** `lease` as a value; `now` is monotonic, `wall` the same moment since 1970, both in milliseconds. */
export function exportLease(lease: Binding, now: number, wall: number): LeaseRecord {
  const { client, address, name, deadline } = lease;
  const { htype, hardware, clientId } = client;
  const endless = deadline === Number.POSITIVE_INFINITY;
  const expires = endless ? 0 : Math.ceil((wall + deadline - now) / 1000);
  return { expires, htype, hardware, address, name, clientId };
}

/** The lease that `record` is; `undefined` when it is over or the configuration has no place for it. */
export function importLease(
  table: LeaseTable,
  reader: RequestReader,
  config: DhcpServerConfig,
  record: LeaseRecord,
  now: number,
  wall: number,
): Binding | undefined {
  const { expires, htype, hardware, address, name } = record;
  const deadline = expires === 0 ? Number.POSITIVE_INFINITY : now + expires * 1000 - wall;
  const subnet = config.subnets.find((one) => inSubnet(one, address));
  if (!(deadline > now) || subnet === undefined || table.full) return undefined;

  const match = reader.match(hardware, record.clientId, name, subnet);
  const clientId = match?.host.ignoreClientId ? undefined : record.clientId;
  const client = { key: clientKey(htype, hardware, clientId), htype, hardware, clientId };
  if (table.lease(client.key) !== undefined || table.at(address) !== undefined) return undefined;

  // A client that could not have this address any more still uses it until it renews.
  const fixed = match?.elsewhere ? undefined : match?.host.address;
  const range = table.ranges.find(({ addresses }) => addresses.contains(address));
  const dynamic = range?.range.fixedOnly === false && address !== config.address;
  if (fixed !== address && !dynamic) return undefined;

  const host = fixed === address ? match?.host : undefined;
  const lease = table.bind(client, address, range, host, deadline);
  const label = match?.host.name ?? hostLabel(name);
  const taken = match?.host.name === undefined && reader.hosts.names.has(label);
  if (!taken && table.named(label) === undefined) table.rename(lease, label);
  return lease;
}
