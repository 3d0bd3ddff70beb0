import { describe, it } from 'vitest';
import { play } from './player.ts';
import type { Script } from './script.ts';
import { PLAIN } from './script.ts';

const SCRIPTS: Script[] = [
  {
    name: 'begins with ten segments, and each acknowledged segment makes place for two',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 30000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
      [0, 'is', 'cwnd 10000'],
      [100, 'in', '. 1 ack 1001'],
      [100, 'is', 'cwnd 11000'],
      [100, 'out', '. 10001:12001 by 1000 ack 1'],
      [101, 'in', '. 1 ack 2001'],
      [101, 'out', '. 12001:14001 by 1000 ack 1'],
      [101, 'is', 'cwnd 12000'],
    ],
  },
  {
    name: 'grows as much when two segments are acknowledged together',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 30000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 2001'],
      [100, 'out', '. 10001:14001 by 1000 ack 1'],
      [100, 'is', 'cwnd 12000'],
      [101, 'in', '. 1 ack 4001'],
      [101, 'out', '. 14001:18001 by 1000 ack 1'],
      [101, 'is', 'cwnd 14000'],
    ],
  },
  {
    name: 'and when four are',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 30000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 4001'],
      [100, 'out', '. 10001:18001 by 1000 ack 1'],
      [100, 'is', 'cwnd 14000'],
    ],
  },
  {
    name: 'one acknowledgment counts for eight segments at most',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 40000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 10001'],
      [100, 'is', 'cwnd 18000'],
      [100, 'out', '. 10001:28001 by 1000 ack 1'],
    ],
    differs:
      'Linux paces what it sends, so it may count all of them; L of RFC 9406 is 8 without pacing.',
  },
  {
    name: 'what the application does not use does not grow',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 5000'],
      [0, 'out', 'P. 1:5001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 2001'],
      [101, 'in', '. 1 ack 5001'],
      [101, 'is', 'cwnd 10000'],
    ],
  },
  {
    name: 'nine of ten segments do not fill the window',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 9000'],
      [0, 'out', 'P. 1:9001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 9001'],
      [100, 'is', 'cwnd 10000'],
    ],
    differs:
      'Linux grows up to twice what was on its way; RFC 9438 section 5.8 asks for a window that is used.',
  },
  {
    name: 'what the peer has no room for does not grow',
    ...PLAIN,
    window: 3000,
    steps: [
      [0, 'app', 'write 9000'],
      [0, 'out', '. 1:3001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 3001'],
      [100, 'out', '. 3001:6001 by 1000 ack 1'],
      [200, 'in', '. 1 ack 6001'],
      [200, 'is', 'cwnd 10000'],
      [200, 'out', 'P. 6001:9001 by 1000 ack 1'],
    ],
  },
  {
    name: 'parts of segments grow the window by what they are',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 30000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 501'],
      [100, 'is', 'cwnd 10500'],
      [100, 'out', '. 10001:11001 ack 1'],
      [101, 'in', '. 1 ack 1001'],
      [101, 'is', 'cwnd 11000'],
      [101, 'out', '. 11001:12001 ack 1'],
    ],
  },
  {
    name: 'starts again after a pause that is longer than the timeout',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 26000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 5001'],
      [100, 'out', '. 10001:20001 by 1000 ack 1'],
      [101, 'in', '. 1 ack 10001'],
      [101, 'out', 'P. 20001:26001 by 1000 ack 1'],
      [200, 'in', '. 1 ack 20001'],
      [201, 'in', '. 1 ack 26001'],
      [201, 'is', 'ssthresh Infinity'],
      [2201, 'app', 'write 20000'],
      [2201, 'out', '. 26001:36001 by 1000 ack 1'],
      [2201, 'is', 'cwnd 10000'],
    ],
  },
  {
    name: 'goes on after a pause that is shorter than the timeout',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 20000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 5001'],
      [100, 'out', 'P. 10001:20001 by 1000 ack 1'],
      [101, 'in', '. 1 ack 10001'],
      [200, 'in', '. 1 ack 20001'],
      [350, 'app', 'write 20000'],
      [350, 'out', 'P. 20001:40001 by 1000 ack 1'],
    ],
  },
  {
    name: 'ends with a flight that was halved by a loss, and grows slowly then',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 20000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1 sack 1001:10001'],
      [100, 'out', '. 1:1001 ack 1'],
      [100, 'out', '. 10001:16001 by 1000 ack 1'],
      [100, 'is', 'flight 7000'],
      [200, 'in', '. 1 ack 16001'],
      [200, 'is', 'ssthresh 7000'],
      [200, 'out', 'P. 16001:20001 by 1000 ack 1'],
    ],
  },
];

describe('scripts: slow start', () => {
  for (const script of SCRIPTS) it(script.name, () => play(script));
});
