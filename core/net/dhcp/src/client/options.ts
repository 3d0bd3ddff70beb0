/** What a client is told before it starts. */
import type { Entropy } from '@atoll/device/system';
import { hardwareIdentifier } from './identifier.ts';

export interface DhcpClientOptions {
  /** Our hardware address, a 48-bit number. */
  readonly mac: number;
  readonly entropy: Entropy;
  /** Option 61, see `client/identifier`; the hardware address when not given. */
  readonly clientId?: Uint8Array;
  /** The name that we would like to have, in ASCII; none when not given. */
  readonly hostname?: string;
  /** The address that we had before this boot, which is asked for first; none when not given. */
  readonly remembered?: number;
  /**
   * How long a new address is probed before it is used: the time that whoever probes needs to call
   * `handleConflict`. 0 milliseconds, no probe, when not given.
   */
  readonly probeMs?: number;
  /** The longest random wait before the first message, lest all hosts start at once: 1000 ms when not given. */
  readonly startDelayMs?: number;
  /** Whether answers shall be broadcast while we have no address. True when not given, which always works. */
  readonly broadcast?: boolean;
  /** Takes a lease in two messages from servers that offer that (RFC 4039). False when not given. */
  readonly rapidCommit?: boolean;
}

/** Fills in the defaults; throws when there is something that no message can hold. */
export function withDefaults(options: DhcpClientOptions): Required<DhcpClientOptions> {
  const settled = {
    clientId: hardwareIdentifier(options.mac),
    hostname: '',
    remembered: 0,
    probeMs: 0,
    startDelayMs: 1000,
    broadcast: true,
    rapidCommit: false,
    ...options,
  };
  const { hostname, clientId } = settled;
  if (hostname.length > 255 || !/^[!-~]*$/.test(hostname)) {
    throw new RangeError(`no host name: ${hostname}`);
  }
  if (clientId.length < 2 || clientId.length > 255) {
    throw new RangeError(`client identifier of ${clientId.length} octets`);
  }
  return settled;
}
