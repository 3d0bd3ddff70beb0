import { describe, it } from 'vitest';
import { play } from './player.ts';
import type { Script } from './script.ts';
import { BARE, PLAIN } from './script.ts';

const SCRIPTS: Script[] = [
  {
    name: 'the smaller of both sizes is used',
    ...PLAIN,
    mss: 800,
    steps: [
      [0, 'app', 'write 1600'],
      [0, 'out', 'P. 1:1601 by 800 ack 1'],
    ],
  },
  {
    name: 'what was too long is sent again in pieces, and that is no congestion',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 3000'],
      [0, 'out', 'P. 1:3001 by 1000 ack 1'],
      [10, 'app', 'path 500'],
      [10, 'out', 'P. 1:3001 by 500 ack 1'],
      [10, 'is', 'cwnd 10000'],
      [110, 'in', '. 1 ack 3001'],
      [110, 'app', 'write 1000'],
      [110, 'out', 'P. 3001:4001 by 500 ack 1'],
    ],
  },
  {
    name: 'a path that takes more is used, up to what the peer takes',
    ...PLAIN,
    mss: 600,
    steps: [
      [0, 'app', 'path 1460'],
      [0, 'app', 'write 3000'],
      [0, 'out', 'P. 1:3001 by 1000 ack 1'],
    ],
  },
  {
    name: 'segments do not get shorter than 88 bytes, whatever ICMP says',
    ...PLAIN,
    steps: [
      [0, 'app', 'path 10'],
      [0, 'app', 'write 176'],
      [0, 'out', 'P. 1:177 by 88 ack 1'],
    ],
  },
  {
    name: 'shorter ones are tried when the long ones are lost again and again',
    offer: 'mss 1460',
    steps: [
      [0, 'app', 'write 2920'],
      [0, 'out', 'P. 1:2921 by 1460 ack 1'],
      [300, 'out', '. 1:1461 ack 1'],
      [900, 'out', '. 1:1461 ack 1'],
      [2100, 'out', '. 1:1221 ack 1'],
      [2200, 'in', '. 1 ack 1221'],
      [2200, 'out', 'P. 1221:2921 by 1220 ack 1'],
    ],
  },
  {
    name: 'a short path is found when nothing is said and nothing long arrives',
    ...BARE,
    steps: [
      [0, 'app', 'write 2000'],
      [0, 'out', 'P. 1:2001 by 1000 ack 1'],
      [300, 'out', '. 1:1001 ack 1'],
      [900, 'out', '. 1:1001 ack 1'],
      [2100, 'out', '. 1:517 ack 1'],
      [2200, 'in', '. 1 ack 517'],
      [2200, 'out', '. 517:1549 by 516 ack 1'],
    ],
  },
  {
    name: 'they do not either, whatever the peer says',
    offer: 'mss 10',
    steps: [
      [0, 'app', 'write 176'],
      [0, 'out', 'P. 1:177 by 88 ack 1'],
    ],
    differs:
      'RFC 9293 knows no smallest MSS; a peer that asks for less wants us to send many headers.',
  },
];

describe('scripts: what the path takes', () => {
  for (const script of SCRIPTS) it(script.name, () => play(script));
});
