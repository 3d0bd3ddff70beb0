/** A datagram that the server sends from its port 67. */
export interface Transmission {
  readonly to: { readonly address: number; readonly port: number };
  /** Where the datagram goes without ARP, as the client has no address yet; a 48-bit number. */
  readonly mac: number | undefined;
  readonly payload: Uint8Array;
}
