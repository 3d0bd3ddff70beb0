import type {
  DatagramFailureHandler,
  DatagramHandler,
  Endpoint,
  IpAddress,
  UdpSocket,
  UdpSockets,
} from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import { randomBelow } from '@atoll/device/system';

/** Sends a datagram from `sourcePort`; the rest is as in {@link UdpSocket.send}. */
export type SendDatagram = (
  sourcePort: number,
  payload: Uint8Array,
  to: Endpoint,
  from: IpAddress | undefined,
  mac: number | undefined,
) => void;

/** The UDP ports of one address, and who listens on them. */
export class UdpPorts implements UdpSockets {
  readonly #entropy: Entropy;
  readonly #send: SendDatagram;
  readonly #handlers = new Map<number, DatagramHandler>();
  readonly #failureHandlers = new Map<number, DatagramFailureHandler>();
  #ephemeral = 0;

  constructor(entropy: Entropy, send: SendDatagram) {
    this.#entropy = entropy;
    this.#send = send;
  }

  bind(
    port: number,
    handler: DatagramHandler,
    failed?: DatagramFailureHandler,
  ): UdpSocket | undefined {
    if (!Number.isInteger(port) || port < 0 || port > 0xffff) throw new RangeError(`port ${port}`);
    const chosen = port === 0 ? this.#freePort() : port;
    if (chosen === undefined || this.#handlers.has(chosen)) return undefined;
    const isEphemeral = port === 0;
    this.#handlers.set(chosen, handler);
    if (failed !== undefined) this.#failureHandlers.set(chosen, failed);
    if (isEphemeral) this.#ephemeral++;
    let open = true;
    return {
      port: chosen,
      send: (payload, to, from, mac) => {
        if (open) this.#send(chosen, payload, to, from, mac);
      },
      close: () => {
        if (!open) return;
        open = false;
        this.#handlers.delete(chosen);
        this.#failureHandlers.delete(chosen);
        if (isEphemeral) this.#ephemeral--;
      },
    };
  }

  handlerOf(port: number): DatagramHandler | undefined {
    return this.#handlers.get(port);
  }

  /** Tells who has `port` that what it sent to `to` did not arrive (RFC 1122 section 4.1.3.3). */
  fail(port: number, to: Endpoint, reason: 'refused' | 'unreachable'): void {
    this.#failureHandlers.get(port)?.(to, reason);
  }

  /**
   * Whether a datagram to the closed `port` may be answered with "port unreachable". While a port that
   * we chose is open, all closed ones of its range are silent as well: otherwise a scan would find the
   * port at which the answer to a DNS query is expected (RFC 5452 section 9.2, "SAD DNS").
   */
  mayReveal(port: number): boolean {
    return this.#ephemeral === 0 || port < FIRST_EPHEMERAL;
  }

  /** Simple port randomisation over the whole range (RFC 6056 section 3.3.1). */
  #freePort(): number | undefined {
    const first = randomBelow(this.#entropy, EPHEMERAL_PORTS);
    for (let tried = 0; tried < EPHEMERAL_PORTS; tried++) {
      const port = FIRST_EPHEMERAL + ((first + tried) % EPHEMERAL_PORTS);
      if (!this.#handlers.has(port)) return port;
    }
    return undefined;
  }
}

const FIRST_EPHEMERAL = 1024;
const EPHEMERAL_PORTS = 0x1_0000 - FIRST_EPHEMERAL;
