import { u16 } from '@atoll/bytes/field';
import type { Chain } from './chain.ts';
import { finish, HOP_BY_HOP, problem, UNRECOGNIZED_OPTION } from './chain.ts';

/** Option types (RFC 8200 section 4.2, RFC 2711 section 2.1). */
export const PAD_1 = 0;
export const PAD_N = 1;
export const ROUTER_ALERT = 5;

/**
 * Walks through the options in `bytes[start, end)` of the hop-by-hop or destination options header at
 * which `chain` has arrived. Answers whether the packet is to be taken; if not, `chain` says why.
 */
export function walkOptions(
  bytes: Uint8Array,
  packet: number,
  start: number,
  end: number,
  chain: Chain,
): boolean {
  let options = 0;
  let padding = 0;
  let at = start;
  while (at < end) {
    const type = bytes[at];
    const length = type === PAD_1 ? 1 : at + 1 < end ? bytes[at + 1] + 2 : Number.POSITIVE_INFINITY;
    if (at + length > end) return finish(chain, 'drop');
    if (type === PAD_1 || type === PAD_N) {
      padding += length;
      if (padding > MAX_PADDING) return finish(chain, 'drop');
    } else {
      padding = 0;
      options++;
      if (options > MAX_OPTIONS) return finish(chain, 'drop');
      if (type === ROUTER_ALERT && chain.protocol === HOP_BY_HOP) {
        if (length === 4) chain.routerAlert = u16(bytes, at + 2);
      } else if (!isSkipped(type, at - packet, chain)) return false;
    }
    at += length;
  }
  return true;
}

/**
 * The limits that RFC 8504 section 5.3 suggests: options that are no padding, and bytes of padding one
 * behind the other. More are only there to keep us busy.
 */
export const MAX_OPTIONS = 8;
export const MAX_PADDING = 7;

/** Does with an unknown option what the two highest bits of its type say (RFC 8200 section 4.2). */
function isSkipped(type: number, pointer: number, chain: Chain): boolean {
  switch (type >>> 6) {
    case 0:
      return true;
    case 1:
      return finish(chain, 'drop');
    case 2:
      return problem(chain, UNRECOGNIZED_OPTION, pointer, true);
    default:
      return problem(chain, UNRECOGNIZED_OPTION, pointer);
  }
}
