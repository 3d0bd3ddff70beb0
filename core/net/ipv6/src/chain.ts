import { NEXT_HEADER_AT } from './packet.ts';

/** Next header values of extension headers (RFC 8200 section 4). */
export const HOP_BY_HOP = 0;
export const ROUTING = 43;
export const FRAGMENT = 44;
export const NO_NEXT_HEADER = 59;
export const DESTINATION_OPTIONS = 60;

/** The length of a fragment header in bytes. */
export const FRAGMENT_HEADER_LENGTH = 8;

/** Codes of the ICMPv6 message "parameter problem" (RFC 4443 section 3.4, RFC 7112 section 4). */
export const ERRONEOUS_FIELD = 0;
export const UNRECOGNIZED_NEXT_HEADER = 1;
export const UNRECOGNIZED_OPTION = 2;
export const INCOMPLETE_HEADER_CHAIN = 3;

/** Where the extension headers of a packet lead. One object serves for all packets. */
export interface Chain {
  /**
   * - `payload`: that of `protocol` begins at `start`.
   * - `fragment`: the payload of a fragment begins at `start`; see `fragmentOffset` and what follows.
   * - `nothing`: there is no payload, nor shall there be (RFC 8200 section 4.7).
   * - `problem`: the source shall hear of it, by `code` and `pointer`.
   * - `drop`: nobody shall hear of it.
   */
  kind: 'payload' | 'fragment' | 'nothing' | 'problem' | 'drop';
  protocol: number;
  /** An offset into the bytes that were given. */
  start: number;
  /**
   * From the start of the packet in bytes: the field that says `protocol`, for a problem with it. Of a
   * fragment, the field that says that there is a fragment header.
   */
  nextHeaderAt: number;
  /** The value of a router alert (RFC 2711): 0 is Multicast Listener Discovery; -1 when there is none. */
  routerAlert: number;
  /** Bytes: where the payload belongs in the fragmentable part of the original packet. */
  fragmentOffset: number;
  moreFragments: boolean;
  identification: number;
  /** Of a problem: its code, and what it is about, in bytes from the start of the packet. */
  code: number;
  pointer: number;
  /** Of a problem: the source hears of it even when the packet was sent to a group. */
  isForGroups: boolean;
}

/** One to walk with. */
export function emptyChain(): Chain {
  return {
    kind: 'nothing',
    protocol: NO_NEXT_HEADER,
    start: 0,
    nextHeaderAt: NEXT_HEADER_AT,
    routerAlert: -1,
    fragmentOffset: 0,
    moreFragments: false,
    identification: 0,
    code: 0,
    pointer: 0,
    isForGroups: false,
  };
}

/** Whether the header of `protocol` is passed on the way to a payload. */
export function isExtension(protocol: number): boolean {
  return (
    protocol === HOP_BY_HOP ||
    protocol === ROUTING ||
    protocol === FRAGMENT ||
    protocol === DESTINATION_OPTIONS
  );
}

/** Ends the walk; answers false, for "go no further". */
export function finish(chain: Chain, kind: Chain['kind']): false {
  chain.kind = kind;
  return false;
}

/** Ends the walk with something that the source shall hear of. */
export function problem(chain: Chain, code: number, pointer: number, isForGroups = false): false {
  chain.kind = 'problem';
  chain.code = code;
  chain.pointer = pointer;
  chain.isForGroups = isForGroups;
  return false;
}
