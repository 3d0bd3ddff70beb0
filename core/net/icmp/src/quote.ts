import { u16, u32 } from '@atoll/bytes/field';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '@atoll/ipv4/packet';

/** What an error says of the payload of the datagram that it quotes. */
export interface QuotedPayload {
  /** Of TCP and UDP; 0 when they are not quoted, as in later fragments. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** The sequence number of TCP; `undefined` when it is not quoted. */
  readonly sequence: number | undefined;
}

/**
 * Reads the beginning of a payload of `protocol` from `start` of `bytes`; `undefined` when there should be
 * ports, but they are cut off.
 */
export function quotedPayload(
  bytes: Uint8Array,
  start: number,
  protocol: number,
): QuotedPayload | undefined {
  if (protocol !== PROTOCOL_TCP && protocol !== PROTOCOL_UDP) return NO_PORTS;
  if (start + 4 > bytes.length) return undefined;
  const isSequenceThere = protocol === PROTOCOL_TCP && start + 8 <= bytes.length;
  return {
    sourcePort: u16(bytes, start),
    destinationPort: u16(bytes, start + 2),
    sequence: isSequenceThere ? u32(bytes, start + 4) : undefined,
  };
}

export const NO_PORTS: QuotedPayload = {
  sourcePort: 0,
  destinationPort: 0,
  sequence: undefined,
};
