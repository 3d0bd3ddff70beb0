/** Which address a client gets, and which it may keep. */
import { isSpecial } from '../config.ts';
import type { Request } from './request.ts';
import type { Binding, LeaseTable, ServedRange } from './state.ts';

export interface Choice {
  readonly address: number;
  /** `undefined` for a fixed address outside of all ranges. */
  readonly range: ServedRange | undefined;
}

/**
 * The address to offer: that of its host, its lease, its offer, the one it had before, the one it
 * asks for, or the first free one from a place that only the client determines, so that it gets the
 * same one again long after its lease ended. `undefined` when all are taken.
 *
 * When nothing is free the oldest offer gives way: reserved addresses are a courtesy, not a resource
 * that a flood can use up.
 */
export function chooseAddress(
  table: LeaseTable,
  request: Request,
  requested: number,
): Choice | undefined {
  const { client } = request;
  const fixed = fixedChoice(table, request);
  if (fixed !== undefined) return fixed;
  const current = table.lease(client.key);
  if (current !== undefined && mayHold(table, request, current.address) !== undefined) {
    return current;
  }
  const offered = table.offer(client.key);
  const wanted = offered?.address ?? table.previous(client.key) ?? 0;
  return (
    mayHold(table, request, wanted) ??
    mayHold(table, request, requested) ??
    freeChoice(request) ??
    oldestOffer(table, request)
  );
}

/**
 * The choice that `address` is if the client may have it: it is the host's own, or it is dynamic and free
 * or the client's already. `undefined` otherwise.
 */
export function mayHold(table: LeaseTable, request: Request, address: number): Choice | undefined {
  const fixed = fixedChoice(table, request);
  if (fixed !== undefined) return fixed.address === address ? fixed : undefined;
  const binding = table.at(address);
  const own = binding?.client.key === request.client.key && binding.state !== 'declined';
  // A host found by the name it claimed need not claim it again to renew.
  if (own && binding.host !== undefined) return binding;
  const range = dynamicRange(request, address);
  if (range === undefined) return undefined;
  if (binding === undefined)
    return range.addresses.isFree(address) ? { address, range } : undefined;
  return own && !table.isReserved(address) ? { address, range } : undefined;
}

/** The address that the host's line gives, unless somebody else has it or declined it. */
export function fixedChoice(table: LeaseTable, request: Request): Choice | undefined {
  const { fixedAddress, host, client, subnet, ranges } = request;
  if (fixedAddress === undefined || isSpecial(subnet, fixedAddress)) return undefined;
  const binding = table.at(fixedAddress);
  if (binding !== undefined) {
    // Of the clients that share a line, the one that speaks last has the address.
    const ours = binding.client.key === client.key || binding.host === host;
    if (binding.state === 'declined' || !ours) return undefined;
  }
  const range = ranges.find(({ addresses }) => addresses.contains(fixedAddress));
  return { address: fixedAddress, range };
}

function dynamicRange({ ranges }: Request, address: number): ServedRange | undefined {
  for (const served of ranges) {
    if (!served.range.fixedOnly && served.addresses.contains(address)) return served;
  }
  return undefined;
}

function freeChoice({ ranges, client }: Request): Choice | undefined {
  for (const served of ranges) {
    const { addresses, range } = served;
    if (range.fixedOnly || addresses.free === 0) continue;
    const address = addresses.nextFree(hash(client.key) % addresses.size);
    if (address !== undefined) return { address, range: served };
  }
  return undefined;
}

/** Takes the oldest offer in the ranges back. */
function oldestOffer(table: LeaseTable, { ranges }: Request): Choice | undefined {
  for (const served of ranges) {
    const oldest: Binding | undefined = served.offers.values().next().value;
    if (served.range.fixedOnly || oldest === undefined) continue;
    table.remove(oldest);
    return { address: oldest.address, range: served };
  }
  return undefined;
}

/** FNV-1a of 32 bits. */
function hash(text: string): number {
  let value = 0x811c_9dc5;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x0100_0193);
  }
  return value >>> 0;
}
