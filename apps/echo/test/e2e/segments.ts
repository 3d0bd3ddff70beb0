import { internetChecksum, sum } from '@atoll/bytes/checksum';
import { Random } from '@atoll/sim/random';

/** What a frame with a TCP segment says. The checksums are right, whatever else is not. */
export interface Forged {
  readonly mac: string;
  /** IPv4 addresses as numbers. */
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  /** The data offset of the header, in words; what the options take when left out. */
  readonly dataOffset?: number;
  readonly options?: Uint8Array;
  readonly payload?: Uint8Array;
}

export const SYN = 0x02;

/** An Ethernet frame with a segment over IPv4. */
export function segmentFrame(forged: Forged): Uint8Array {
  const { options = new Uint8Array(), payload = new Uint8Array() } = forged;
  const { dataOffset = 5 + Math.ceil(options.length / 4) } = forged;
  const end = TCP + 20 + options.length + payload.length;
  const frame = new Uint8Array(end);
  const view = new DataView(frame.buffer);
  frame.set(Buffer.from(`${forged.mac.replaceAll(':', '')}${STRANGER}0800`, 'hex'));
  frame.set([0x45, 0], IP);
  view.setUint16(IP + 2, end - IP);
  frame.set([64, 6], IP + 8);
  view.setUint32(IP + 12, forged.source);
  view.setUint32(IP + 16, forged.destination);
  view.setUint16(IP + 10, internetChecksum(frame, IP, TCP));
  view.setUint16(TCP, forged.sourcePort);
  view.setUint16(TCP + 2, forged.destinationPort);
  view.setUint32(TCP + 4, forged.sequence);
  view.setUint32(TCP + 8, forged.acknowledgment);
  frame[TCP + 12] = (dataOffset & 15) << 4;
  frame[TCP + 13] = forged.flags;
  view.setUint16(TCP + 14, 0xffff);
  frame.set(options, TCP + 20);
  frame.set(payload, TCP + 20 + options.length);
  const addresses = sum(frame, IP + 12, TCP, 6 + end - TCP);
  view.setUint16(TCP + 16, internetChecksum(frame, TCP, end, addresses));
  return frame;
}

/** Segments of which only the addresses and the ports mean something. */
export function nonsense(
  count: number,
  seed: number,
  between: (random: Random) => Pick<Forged, 'sourcePort' | 'destinationPort'>,
  common: Pick<Forged, 'mac' | 'source' | 'destination'>,
): Uint8Array[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    segmentFrame({
      ...common,
      ...between(random),
      sequence: random.below(2 ** 32),
      acknowledgment: random.below(2 ** 32),
      flags: random.below(256),
      ...(random.chance(0.3) && { dataOffset: random.below(16) }),
      options: options(random),
      payload: random.bytes(random.pick([0, 0, 1, 100, 1400])),
    }),
  );
}

/** Up to 40 bytes: kinds that are known, with lengths that may be wrong. */
function options(random: Random): Uint8Array {
  const bytes = random.bytes(4 * random.below(11));
  for (let at = 0; at + 1 < bytes.length; at += 1 + random.below(12)) {
    bytes.set([random.pick(KINDS), random.pick(LENGTHS)], at);
  }
  return bytes;
}

/** End, no operation, MSS, window scale, SACK permitted, SACK, timestamps, MD5, TCP-AO, Fast Open. */
const KINDS = [0, 1, 2, 3, 4, 5, 8, 19, 29, 34];
const LENGTHS = [0, 1, 2, 3, 4, 10, 18, 34, 255];

const IP = 14;
const TCP = IP + 20;
/** The hardware address that forged frames come from. */
const STRANGER = '02a7010000ee';
