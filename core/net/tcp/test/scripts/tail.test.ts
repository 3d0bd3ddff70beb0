import { describe, it } from 'vitest';
import { play } from './player.ts';
import type { Script } from './script.ts';
import { BARE, PLAIN } from './script.ts';

const SCRIPTS: Script[] = [
  {
    name: 'the last segment is sent again after two round trips of silence',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 5000'],
      [0, 'out', 'P. 1:5001 by 1000 ack 1'],
      [200, 'out', 'P. 4001:5001 ack 1'],
      [300, 'in', '. 1 ack 1 sack 4001:5001'],
      [300, 'out', '. 1:1001 ack 1'],
    ],
  },
  {
    name: 'a probe that brings no answer is followed by the timeout',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 5000'],
      [0, 'out', 'P. 1:5001 by 1000 ack 1'],
      [200, 'out', 'P. 4001:5001 ack 1'],
      [500, 'out', '. 1:1001 ack 1'],
      [500, 'is', 'cwnd 1000'],
    ],
  },
  {
    name: 'data that was not sent yet is the better probe',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 12000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
      [200, 'out', '. 10001:11001 ack 1'],
      [300, 'in', '. 1 ack 11001'],
      [300, 'out', 'P. 11001:12001 ack 1'],
      [300, 'is', 'ssthresh Infinity'],
    ],
  },
  {
    name: 'nothing is concluded when both copies arrived',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 5000'],
      [0, 'out', 'P. 1:5001 by 1000 ack 1'],
      [200, 'out', 'P. 4001:5001 ack 1'],
      [210, 'in', '. 1 ack 5001'],
      [300, 'in', '. 1 ack 5001 sack 4001:5001'],
      [310, 'app', 'write 1000'],
      [310, 'out', 'P. 5001:6001 ack 1'],
      [410, 'in', '. 1 ack 6001'],
      [410, 'is', 'ssthresh Infinity'],
    ],
  },
  {
    name: 'a loss that the probe repaired slows us down',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 10000'],
      [0, 'out', 'P. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 9001'],
      [400, 'out', 'P. 9001:10001 ack 1'],
      [500, 'in', '. 1 ack 10001'],
      [500, 'is', 'cwnd 10000'],
      [500, 'app', 'write 1000'],
      [500, 'out', 'P. 10001:11001 ack 1'],
      [600, 'in', '. 1 ack 11001'],
      [600, 'is', 'cwnd 2000'],
    ],
    differs:
      'Linux takes seven tenths of the window; RFC 5681 asks for those of what was on its way.',
  },
  {
    name: 'a single segment may be acknowledged late, but not later than the timeout',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 1000'],
      [0, 'out', 'P. 1:1001 ack 1'],
      [300, 'out', 'P. 1:1001 ack 1'],
      [300, 'is', 'cwnd 10000'],
      [600, 'out', 'P. 1:1001 ack 1'],
      [600, 'is', 'cwnd 1000'],
    ],
  },
  {
    name: 'a FIN is probed, too',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 2000'],
      [0, 'out', 'P. 1:2001 by 1000 ack 1'],
      [0, 'app', 'end'],
      [0, 'out', 'F. 2001 ack 1'],
      [200, 'out', 'FP. 1002:2001 ack 1'],
      [300, 'in', '. 1 ack 2002'],
      [300, 'is', 'FIN_WAIT_2'],
    ],
  },
  {
    name: 'there are none without selective acknowledgments',
    ...BARE,
    steps: [
      [0, 'app', 'write 5000'],
      [0, 'out', 'P. 1:5001 by 1000 ack 1'],
      [299, 'quiet'],
      [300, 'out', '. 1:1001 ack 1'],
    ],
  },
];

describe('scripts: tail loss probes', () => {
  for (const script of SCRIPTS) it(script.name, () => play(script));
});
