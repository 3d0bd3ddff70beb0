import type { FastPaths } from '@atoll/device/fast';
import { createFrame } from '@atoll/device/frame';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import { macAt } from '@atoll/ethernet/address';
import { emitEthernet, etherTypeOf } from '@atoll/ethernet/packet';
import { plainIpv4 } from '@atoll/ipv4/fast';
import { emptyIpv4Header, IPV4_HEADER_LENGTH, PROTOCOL_TCP } from '@atoll/ipv4/packet';
import { addressSum } from '@atoll/ipv4/pseudo-header';
import { mutate } from '@atoll/sim/mutate';
import type { Random } from '@atoll/sim/random';
import { Ipv4Network } from '@atoll/stack/ipv4';
import { fastWire, plainWire } from '@atoll/tcp/fast';
import { ACK, emptyHeader, emptySegment, VOUCHED } from '@atoll/tcp/packet';
import { same } from './outcome.ts';

const MAC = 0x02_fe_dc_ba_98_76;
const NETWORK = new Ipv4Network({ address: 0xc000_0201, length: 24 });
const HOST = NETWORK.host(MAC);
const PACKET = ETHERNET_HEADER_LENGTH;
const SEGMENT = PACKET + IPV4_HEADER_LENGTH;
const PEERS = [0xc000_0202, 0x0a00_0001, 0, 0xffff_fffe, HOST.address, HOST.broadcast];
const STRANGE = [0xffff_ffff, 0x7f00_0001, 0xe000_0001, 0xefff_ffff, 0xf000_0000];

/** Reads whole frames by `parseFrame` and layer by layer: what the one takes, the others take as well. */
export function compareWholeFrames(fast: FastPaths, random: Random, rounds: number): void {
  const wire = fastWire(fast);
  const frame = createFrame(fast.allocate, 256);
  const [expected, actual] = [emptySegment(), emptySegment()];
  const seen = { taken: 0, refused: 0 };
  for (let round = 0; round < rounds; round++) {
    frame.bytes.fill(0);
    const length = writeFrame(random);
    if (random.chance(0.5)) {
      const damaged = mutate(random, frame.bytes.slice(0, length)).subarray(0, 256);
      frame.bytes.set(damaged);
      frame.length = damaged.length;
    }
    frame.isChecked = random.chance(0.3);
    const source = layerByLayer();
    same('source', source, () => wire.parseFrame(frame, HOST, actual));
    if (source < 0) {
      seen.refused++;
      continue;
    }
    seen.taken++;
    for (const { sacks, sackCount } of [expected, actual]) sacks.fill(0, 2 * sackCount);
    same('segment', JSON.stringify(expected), () => JSON.stringify(actual));
  }
  for (const [what, count] of Object.entries(seen)) {
    if (count < rounds / 10) throw new Error(`only ${count} ${what}`);
  }

  function writeFrame(random: Random): number {
    const header = emptyHeader();
    header.sourcePort = random.below(0x1_0000);
    header.sequence = random.below(2 ** 32);
    header.flags = ACK;
    header.hasTimestamp = random.chance(0.5);
    header.sackCount = random.chance(0.2) ? 1 : 0;
    const ipv4 = emptyIpv4Header();
    ipv4.source = random.pick(random.chance(0.8) ? PEERS : STRANGE);
    ipv4.destination = random.chance(0.9) ? HOST.address : random.pick(PEERS);
    ipv4.dontFragment = random.chance(0.5);
    ipv4.moreFragments = random.chance(0.05);
    ipv4.timeToLive = 64;
    ipv4.protocol = PROTOCOL_TCP;
    const sum = addressSum(ipv4.source, ipv4.destination);
    const payload = random.below(64);
    const length = plainWire.emit(frame, SEGMENT, header, sum, false, frame, 0, payload);
    ipv4.totalLength = IPV4_HEADER_LENGTH + length;
    plainIpv4.emit(frame, PACKET, ipv4);
    emitEthernet(frame.bytes, random.chance(0.9) ? MAC : MAC + 1, 0x02_00_00_00_00_01, 0x0800);
    frame.length = SEGMENT + length + (random.chance(0.2) ? 6 : 0);
    return frame.length;
  }

  /** The source, or -1 where Ethernet, IPv4 or TCP want to have a closer look. */
  function layerByLayer(): number {
    const { bytes, length, isChecked } = frame;
    if (length < PACKET || macAt(bytes, 0) !== MAC || etherTypeOf(bytes) !== 0x0800) return -1;
    const ipv4 = emptyIpv4Header();
    if (!plainIpv4.parse(frame, PACKET, length, ipv4).ok) return -1;
    const { source, destination, headerLength, totalLength } = ipv4;
    if (destination !== HOST.address || !NETWORK.isSource(source)) return -1;
    if (headerLength !== IPV4_HEADER_LENGTH || ipv4.protocol !== PROTOCOL_TCP) return -1;
    if (ipv4.moreFragments || ipv4.fragmentOffset !== 0) return -1;
    const sum = isChecked ? VOUCHED : addressSum(source, destination);
    const end = PACKET + totalLength;
    return plainWire.parse(frame, SEGMENT, end, sum, expected).ok ? source : -1;
  }
}
