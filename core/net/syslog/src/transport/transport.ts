import type { System } from '@atoll/appliance/appliance';
import type { Endpoint, Sockets } from '@atoll/device/socket';
import type { Collector } from '../collector.ts';

/**
 * A way to a collector. It is an object that an appliance names, so that an image holds those that it named
 * and no other.
 */
export interface Transport {
  readonly scheme: Scheme;
  /** The port of a collector that names none. */
  readonly port: number;
  /** Octets of a message at most. */
  readonly longest: number;
  /** `message` as it is handed to a {@link Channel}. */
  frame(message: Uint8Array): Uint8Array;
  /** Readies the way to `collector` once, for any number of channels; throws `Misconfiguration`. */
  prepare(surroundings: Surroundings, collector: Collector): Open;
}

export type Scheme = 'udp' | 'tcp' | 'tls';

/** Opens a channel to one of the collector's addresses; `events` hear of it later. */
export type Open = (to: Endpoint, events: ChannelEvents) => Channel;

export interface Channel {
  /**
   * Sends `frame`; answers whether all of it is on its way. When it is not, the same frame is to be given again
   * after `onReady`, or after a while.
   */
  send(frame: Uint8Array): boolean;
}

export interface ChannelEvents {
  /** Something can be sent. */
  onReady(): void;
  /** The last event, with the reason. */
  onClosed(reason: string): void;
}

/** What transports are made on. */
export interface Surroundings {
  readonly system: System;
  readonly sockets: Sockets;
  /** Certificates, in DER, of those who may issue the collector's. */
  readonly authorities: readonly Uint8Array[];
}
