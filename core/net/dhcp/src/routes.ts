/** Classless static routes (RFC 3442): destination descriptors and routers. */
import { ipv4Text, networkAddress, parseIpv4 } from '@atoll/ipv4/address';
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';

/** The octets of the routes in `items`: destination, router, destination, router… */
export function emitRoutes(items: readonly string[]): Result<Uint8Array, Failure> {
  if (items.length % 2 !== 0) return misconfigured('expected pairs of a destination and a router');
  const bytes: number[] = [];
  for (let index = 0; index < items.length; index += 2) {
    const [text, length = '32', extra] = items[index].split('/');
    const destination = parseIpv4(text);
    const width = /^[0-9]{1,2}$/.test(length) ? Number(length) : Number.NaN;
    if (!destination.ok || !(width <= 32) || extra !== undefined) {
      return misconfigured(`expected a destination such as 10.0.0.0/8, not "${items[index]}"`);
    }
    const router = parseIpv4(items[index + 1]);
    if (!router.ok) return misconfigured(`expected a router, not "${items[index + 1]}"`);
    // Insignificant octets of the destination are not sent, insignificant bits are zero.
    const network = networkAddress({ address: destination.value, length: width });
    bytes.push(width, ...octets(network).slice(0, significant(width)));
    bytes.push(...octets(router.value));
  }
  return ok(Uint8Array.from(bytes));
}

/** A route as RFC 3442 has it; `router` is 0 when the destination is on the link. */
export interface Route {
  readonly destination: number;
  /** 0 to 32 bits of the destination count; the others are zero. */
  readonly length: number;
  readonly router: number;
}

/** The inverse of {@link emitRoutes}; `undefined` when `bytes` are no routes. */
export function parseRoutes(bytes: Uint8Array): string[] | undefined {
  return readRoutes(bytes)?.flatMap(({ destination, length, router }) => [
    `${ipv4Text(destination)}/${length}`,
    ipv4Text(router),
  ]);
}

/** The routes in `bytes`; `undefined` when they are none. */
export function readRoutes(bytes: Uint8Array): Route[] | undefined {
  const routes: Route[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = bytes[at++];
    if (length > 32 || at + significant(length) + 4 > bytes.length) return undefined;
    const routerAt = at + significant(length);
    const destination = networkAddress({
      address: address(bytes, at, significant(length)),
      length,
    });
    routes.push({ destination, length, router: address(bytes, routerAt, 4) });
    at = routerAt + 4;
  }
  return routes;
}

/** How many octets of a destination with a mask of `width` bits are sent. */
function significant(width: number): number {
  return Math.ceil(width / 8);
}

function octets(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

function address(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let index = 0; index < 4; index++) {
    value = value * 0x100 + (index < length ? bytes[at + index] : 0);
  }
  return value;
}
