/** Who a client is: its client identifier, or else its hardware address (RFC 2131 section 4.2, RFC 4361). */

import { OPTION } from '../option.ts';
import type { DhcpMessage } from '../packet.ts';

export interface Client {
  /** One client is one key, whatever network it shows up on. */
  readonly key: string;
  readonly htype: number;
  /** Octets in hexadecimal with colons; empty when the client has no hardware address. */
  readonly hardware: string;
  /** In hexadecimal; `undefined` when the client sent none or it is to be ignored. */
  readonly clientId: string | undefined;
}

/** The key of a client with these properties. */
export function clientKey(htype: number, hardware: string, clientId: string | undefined): string {
  return clientId === undefined ? `${htype}-${hardware}` : `id:${clientId}`;
}

/** The hardware address of the sender, in hexadecimal with colons. */
export function hardwareText({ chaddr }: DhcpMessage): string {
  let text = '';
  for (let at = 0; at < chaddr.length; at++)
    text += at === 0 ? HEX[chaddr[at]] : COLON_HEX[chaddr[at]];
  return text;
}

/** The client identifier in hexadecimal; `undefined` when there is none, or none that one can remember. */
export function clientIdText(message: DhcpMessage): string | undefined {
  const id = message.options.get(OPTION.CLIENT_ID);
  // RFC 2132 section 9.14: two octets at least. A longer one than an option holds is nobody's.
  if (id === undefined || id.length < 2 || id.length > 255) return undefined;
  let text = '';
  for (let at = 0; at < id.length; at++) text += HEX[id[at]];
  return text;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);
const COLON_HEX: readonly string[] = HEX.map((hex) => `:${hex}`);
