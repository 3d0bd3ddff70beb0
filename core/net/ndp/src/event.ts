import type { NdpMessage } from './packet.ts';

/** A message to be sent with a hop limit of 255. */
export interface SendNdp {
  readonly kind: 'send';
  readonly source: bigint;
  readonly destination: bigint;
  /** The hardware address to send it to; `undefined` when `destination` is a group or must be found like any other. */
  readonly mac: number | undefined;
  readonly message: NdpMessage;
}
