import type { ArpEvent } from '@atoll/arp/engine';
import { Arp } from '@atoll/arp/engine';
import type { Checksum } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import type { Frame, NetworkDevice } from '@atoll/device/network';
import type { UdpSockets } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import { macText } from '@atoll/ethernet/address';
import type { IcmpReport } from '@atoll/icmp/engine';
import { Icmp } from '@atoll/icmp/engine';
import { REASSEMBLY_TIME_EXCEEDED, TIME_EXCEEDED } from '@atoll/icmp/packet';
import { RateLimit } from '@atoll/icmp/rate';
import { ipv4Text } from '@atoll/ipv4/address';
import { Identifications } from '@atoll/ipv4/identification';
import { emptyIpv4Header, PROTOCOL_ICMP, parseIpv4 } from '@atoll/ipv4/packet';
import { Reassembly } from '@atoll/ipv4/reassembly';
import type { Logger } from '@atoll/log/log';
import { expect } from '@atoll/result/result';
import { UdpPorts } from '@atoll/udp/socket';
import type { StackCounters } from './counters.ts';
import { zeroStackCounters } from './counters.ts';
import { Input } from './input.ts';
import type { Outgoing } from './output.ts';
import { Output } from './output.ts';
import { createRoutes } from './route.ts';

export interface StackOptions {
  readonly device: NetworkDevice;
  /** Our IPv4 address, and the length of the prefix of the network it is in. */
  readonly address: number;
  readonly prefixLength: number;
  /** The router for all other networks; without one they cannot be reached. */
  readonly gateway?: number | undefined;
  readonly entropy: Entropy;
  readonly log: Logger;
  /** How checksums of frames are made: in TypeScript unless a fast path is given. */
  readonly checksum?: Checksum;
  /** Sees every frame first; true means that it was dealt with. */
  readonly onFrame?: (frame: Frame, now: number) => boolean;
  /** Gets ICMP errors about datagrams from our address. They may be forged. */
  readonly onReport?: (report: IcmpReport) => void;
}

/**
 * An IPv4 host on one Ethernet device. Poll it after everything that sends through it: what has to be
 * asked of ARP for a datagram is asked by the next poll.
 */
export interface Stack {
  readonly udp: UdpSockets;
  readonly counters: Readonly<StackCounters>;
  /** How many neighbours ARP remembers or asks for, and what fragments cost that wait for others. */
  readonly neighbours: number;
  readonly fragmentBytes: number;
  /**
   * Receives up to {@link FRAMES_PER_POLL} frames, calls the handlers of sockets, does what is due at
   * `now` (monotonic milliseconds), and answers when it must be called again at the latest.
   */
  poll(now: number): number;
}

/**
 * Throws when the addresses make no sense together, which `createRoutes` says with a result, or when the
 * device carries less than IPv4 needs.
 */
export function createStack(options: StackOptions): Stack {
  const { device, address, prefixLength, gateway, entropy, onFrame, onReport } = options;
  const { checksum = plainChecksum } = options;
  if (device.mtu < SMALLEST_MTU) throw new RangeError(`an MTU of ${device.mtu} is too small`);
  const log = options.log.for(device.name);
  const prefix = { address, length: prefixLength };
  const routes = expect(createRoutes(prefix, gateway));
  const counters = zeroStackCounters();
  const arp = new Arp<Outgoing>({ mac: device.mac, prefix });
  const icmp = new Icmp(prefix);
  const reassembly = new Reassembly();
  const identifications = new Identifications(entropy);
  const output = new Output({ device, routes, arp, identifications, checksum, counters });
  const ports = new UdpPorts(entropy, (port, payload, to, _, mac) =>
    output.sendUdp(port, payload, to, mac),
  );
  const warnings = new RateLimit(1, 10);
  let time = 0;
  const input = new Input({
    mac: device.mac,
    routes,
    arp,
    icmp,
    reassembly,
    ports,
    output,
    checksum,
    counters,
    onArp,
    onReport(report) {
      if (report.source === address) onReport?.(report);
    },
  });

  return {
    udp: ports,
    counters,
    get neighbours() {
      return arp.size;
    },
    get fragmentBytes() {
      return reassembly.bytes;
    },
    poll(now) {
      time = now;
      const drained = receive(now);
      for (const datagram of reassembly.poll(now)) reportTimeout(datagram, now);
      for (const event of arp.poll(now)) onArp(event);
      return drained ? Math.min(arp.nextTimeout, reassembly.nextTimeout) : now;
    },
  };

  /** Answers whether the device has no more frames. */
  function receive(now: number): boolean {
    for (let handled = 0; handled < FRAMES_PER_POLL; handled++) {
      const frame = device.receive();
      if (frame === undefined) return true;
      if (onFrame === undefined || !onFrame(frame, now)) input.handle(frame, now);
    }
    return false;
  }

  /** Tells the source of `datagram` that the rest of it did not come in time. */
  function reportTimeout(datagram: Uint8Array, now: number): void {
    const header = emptyIpv4Header();
    parseIpv4({ bytes: datagram, address: 0 }, 0, datagram.length, header);
    const message = icmp.report(TIME_EXCEEDED, REASSEMBLY_TIME_EXCEEDED, datagram, 0, header, now);
    if (message !== undefined) output.send(header.source, PROTOCOL_ICMP, message);
  }

  function onArp(event: ArpEvent<Outgoing>): void {
    output.carryOut(event);
    const sentence = warningOf(event, address);
    if (sentence !== undefined && warnings.allows(time)) log.warning(sentence);
  }
}

/** What a person should know. */
function warningOf(event: ArpEvent<Outgoing>, address: number): string | undefined {
  if (event.kind === 'conflict') {
    return `${macText(event.mac)} claims our address ${ipv4Text(address)}`;
  }
  if (event.kind === 'moved') {
    const { from, mac } = event;
    return `${ipv4Text(event.address)} moved from ${macText(from)} to ${macText(mac)}`;
  }
  return undefined;
}

/** In bytes (RFC 791 section 3.2). */
const SMALLEST_MTU = 68;

/** So that a flood leaves time for everything else. */
export const FRAMES_PER_POLL = 64;
