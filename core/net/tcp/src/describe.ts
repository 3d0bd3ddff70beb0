import type { Segment } from './packet.ts';
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, URG } from './packet.ts';

/**
 * `TCP 40000 > 80 [S] seq 7 win 64240 length 0 mss 1460 scale 7 sackOK ts 1:0`; flags are S, F, R, P, U,
 * E (ECE), W (CWR) and a dot for ACK.
 */
export function describeSegment(segment: Readonly<Segment>): string {
  const { sourcePort, destinationPort, flags, segmentSize } = segment;
  const parts = [`TCP ${sourcePort} > ${destinationPort} [${flagText(flags)}]`];
  parts.push(`seq ${segment.sequence}`);
  if ((flags & ACK) !== 0) parts.push(`ack ${segment.acknowledgment}`);
  parts.push(`win ${segment.window}`, `length ${segment.payloadEnd - segment.payloadStart}`);
  if (segmentSize !== 0) parts.push(`in pieces of ${segmentSize}`);
  if (segment.mss !== 0) parts.push(`mss ${segment.mss}`);
  if (segment.windowScale >= 0) parts.push(`scale ${segment.windowScale}`);
  if (segment.sackPermitted) parts.push('sackOK');
  if (segment.hasTimestamp) parts.push(`ts ${segment.timestamp}:${segment.timestampEcho}`);
  for (let block = 0; block < segment.sackCount; block++) {
    parts.push(`sack ${segment.sacks[2 * block]}-${segment.sacks[2 * block + 1]}`);
  }
  return parts.join(' ');
}

function flagText(flags: number): string {
  const letters = LETTERS.filter(([flag]) => (flags & flag) !== 0).map(([, letter]) => letter);
  return letters.length === 0 ? 'none' : letters.join('');
}

const LETTERS: readonly (readonly [number, string])[] = [
  [SYN, 'S'],
  [FIN, 'F'],
  [RST, 'R'],
  [PSH, 'P'],
  [URG, 'U'],
  [ECE, 'E'],
  [CWR, 'W'],
  [ACK, '.'],
];
