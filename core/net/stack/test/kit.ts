import { ETHERTYPE_IPV4, emitEthernet } from '@atoll/ethernet/packet';
import type { Ipv4Header } from '@atoll/ipv4/packet';
import { emitIpv4, emptyIpv4Header, PROTOCOL_UDP } from '@atoll/ipv4/packet';
import { addressSum } from '@atoll/ipv4/pseudo-header';
import { Logger } from '@atoll/log/log';
import type { LanHost } from '@atoll/sim/host';
import type { LanOptions } from '@atoll/sim/lan';
import { Lan } from '@atoll/sim/lan';
import { emitUdp } from '@atoll/udp/packet';
import { describeFrame } from '../src/describe.ts';
import type { Interface } from '../src/interface.ts';
import type { AttachOptions, StackOptions } from '../src/stack.ts';
import { Stack } from '../src/stack.ts';

export const ALICE = 0xc000_0201;
export const BOB = 0xc000_0202;
export const ROUTER = 0xc000_02fe;

export interface Machine {
  readonly host: LanHost;
  readonly stack: Stack;
  readonly eth: Interface;
  /** The log lines of the stack. */
  readonly lines: string[];
}

/** A host with a stack on `lan`. */
export function machine(
  lan: Lan,
  name: string,
  address: number,
  options: Partial<StackOptions & AttachOptions> = {},
): Machine {
  const host = lan.host(name);
  const lines: string[] = [];
  const log = new Logger((_, line) => lines.push(line), 'debug');
  const { device, entropy } = host;
  const stack = new Stack({ entropy, log, ...options });
  const eth = stack.attach({ device, ipv4: { address, length: 24 }, ...options });
  host.run(stack);
  return { host, stack, eth, lines };
}

export interface Pair {
  readonly lan: Lan;
  readonly alice: Machine;
  readonly bob: Machine;
  /** Every frame that was sent: `name > description`. */
  readonly trace: string[];
}

/** Two machines on one link. */
export function pair(seed: number, options: LanOptions = {}): Pair {
  const trace: string[] = [];
  const lan = new Lan(seed, {
    observe: (_, from, frame) => trace.push(`${from} > ${describeFrame(frame, frame.length)}`),
    ...options,
  });
  return { lan, alice: machine(lan, 'alice', ALICE), bob: machine(lan, 'bob', BOB), trace };
}

/** A host without a stack, that sends frames as they are and collects what it gets. */
export function station(lan: Lan): { host: LanHost; send(frame: Uint8Array): void; got: string[] } {
  const host = lan.host('station');
  const got: string[] = [];
  host.run({
    poll() {
      for (let frame = host.device.receive(); frame; frame = host.device.receive()) {
        got.push(describeFrame(frame.bytes, frame.length));
      }
      return Number.POSITIVE_INFINITY;
    },
  });
  return {
    host,
    got,
    send(bytes) {
      const frame = host.device.transmit();
      if (frame === undefined) throw new Error('the queue is full');
      frame.bytes.set(bytes);
      frame.length = bytes.length;
      host.device.send(frame);
    },
  };
}

/** An IPv4 frame with `payload`, between `macs`; `fields` of the header as given. */
export function ipv4Frame(
  macs: { from: number; to: number },
  payload: Uint8Array,
  fields: Partial<Ipv4Header>,
): Uint8Array {
  const bytes = new Uint8Array(34 + payload.length);
  emitEthernet(bytes, macs.to, macs.from, ETHERTYPE_IPV4);
  bytes.set(payload, 34);
  emitIpv4({ bytes, address: 0 }, 14, {
    ...emptyIpv4Header(),
    totalLength: 20 + payload.length,
    timeToLive: 64,
    protocol: PROTOCOL_UDP,
    source: BOB,
    destination: ALICE,
    ...fields,
  });
  return bytes;
}

/** A UDP datagram from BOB to ALICE, unless told otherwise, as the payload of IPv4. */
export function udpPayload(
  sourcePort: number,
  destinationPort: number,
  size: number,
  source = BOB,
  destination = ALICE,
): Uint8Array {
  const bytes = new Uint8Array(8 + size);
  const header = { sourcePort, destinationPort, length: bytes.length };
  emitUdp({ bytes, address: 0 }, 0, addressSum(source, destination), header);
  return bytes;
}
