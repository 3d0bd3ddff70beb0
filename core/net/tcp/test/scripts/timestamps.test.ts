import { describe, it } from 'vitest';
import { play } from './player.ts';
import type { Script } from './script.ts';
import { STAMPED } from './script.ts';

const SCRIPTS: Script[] = [
  {
    name: 'leave in every segment and echo the peer',
    ...STAMPED,
    steps: [
      [20, 'app', 'write 1500'],
      [20, 'out', 'P. 1:1501 by 1000 ack 1 ts 20 echo 0'],
      [120, 'in', '. 1 ack 1501 ts 120 echo 20'],
      [130, 'in', '. 1:1001 ack 1501 ts 130 echo 20'],
      [130, 'in', '. 1001:2001 ack 1501 ts 130 echo 20'],
      [130, 'out', '. 1501 ack 2001 ts 130 echo 130'],
      [140, 'app', 'end'],
      [140, 'out', 'F. 1501 ack 2001 ts 140 echo 130'],
    ],
  },
  {
    name: 'are those of the first segment that a late acknowledgment is for',
    ...STAMPED,
    steps: [
      [10, 'in', 'P. 1:101 ack 1 ts 10 echo 0'],
      [30, 'in', 'P. 101:201 ack 1 ts 30 echo 0'],
      [50, 'out', '. 1 ack 201 ts 50 echo 10'],
    ],
  },
  {
    name: 'are not echoed from a segment behind a gap',
    ...STAMPED,
    steps: [
      [10, 'in', '. 1001:2001 ack 1 ts 10 echo 0'],
      [10, 'out', '. 1 ack 1 sack 1001:2001 ts 10 echo 0'],
      [20, 'in', '. 1:1001 ack 1 ts 20 echo 0'],
      [20, 'out', '. 1 ack 2001 ts 20 echo 20'],
    ],
  },
  {
    name: 'keep out old segments, which are acknowledged',
    ...STAMPED,
    steps: [
      [10, 'in', '. 1:1001 ack 1 ts 10 echo 0'],
      [20, 'in', '. 1001:2001 ack 1 ts 20 echo 0'],
      [20, 'out', '. 1 ack 2001 ts 20 echo 10'],
      [25, 'in', '. 2001:3001 ack 1 ts 25 echo 0'],
      [30, 'in', '. 3001:4001 ack 1 ts 19 echo 0'],
      [30, 'out', '. 1 ack 3001 ts 30 echo 25'],
      [30, 'is', 'read 3000'],
    ],
  },
  {
    name: 'drop segments that have none',
    ...STAMPED,
    steps: [
      [10, 'in', 'P. 1:101 ack 1'],
      [200, 'is', 'read 0'],
      [210, 'in', 'P. 1:101 ack 1 ts 210 echo 0'],
      [250, 'out', '. 1 ack 101 ts 250 echo 210'],
    ],
  },
  {
    name: 'are not asked from resets, which may be as old as they like',
    ...STAMPED,
    steps: [
      [10, 'in', 'R 1'],
      [10, 'is', 'closed reset'],
    ],
  },
  {
    name: 'of resets are not looked at',
    ...STAMPED,
    steps: [
      [10, 'in', 'R. 1 ack 1 ts -50 echo 0'],
      [10, 'is', 'closed reset'],
    ],
  },
  {
    name: 'of a segment that acknowledges what was never sent are not remembered',
    ...STAMPED,
    steps: [
      [0, 'in', 'F. 1 ack 9999 ts 200000 echo 0'],
      [0, 'out', '. 1 ack 1 echo 0'],
      [10, 'in', 'P. 1:1001 ack 1 ts 1 echo 0'],
      [50, 'out', '. 1 ack 1001 echo 1'],
      [50, 'is', 'read 1000'],
    ],
  },
  {
    name: 'leave room for three blocks in what is reported selectively',
    ...STAMPED,
    steps: [
      [10, 'in', '. 1001:2001 ack 1 ts 10 echo 0'],
      [10, 'out', '. 1 ack 1 sack 1001:2001'],
      [10, 'in', '. 3001:4001 ack 1 ts 10 echo 0'],
      [10, 'out', '. 1 ack 1 sack 3001:4001 1001:2001'],
      [10, 'in', '. 5001:6001 ack 1 ts 10 echo 0'],
      [10, 'out', '. 1 ack 1 sack 5001:6001 3001:4001 1001:2001'],
      [10, 'in', '. 7001:8001 ack 1 ts 10 echo 0'],
      [10, 'out', '. 1 ack 1 sack 7001:8001 5001:6001 3001:4001'],
    ],
  },
  {
    name: 'tell how long a round trip took though a segment was sent twice',
    ...STAMPED,
    features: { rack: false },
    steps: [
      [0, 'app', 'write 1000'],
      [0, 'out', 'P. 1:1001 ack 1 ts 0'],
      [300, 'out', 'P. 1:1001 ack 1 ts 300'],
      [400, 'in', '. 1 ack 1001 ts 400 echo 300'],
      [400, 'app', 'write 1000'],
      [400, 'out', 'P. 1001:2001 ack 1'],
      [700, 'out', 'P. 1001:2001 ack 1'],
    ],
  },
  {
    name: 'that are older than the last copy of a segment do not tell how long a round trip took',
    ...STAMPED,
    features: { rack: false },
    steps: [
      [0, 'app', 'write 1000'],
      [0, 'out', 'P. 1:1001 ack 1 ts 0'],
      [300, 'out', 'P. 1:1001 ack 1 ts 300'],
      [900, 'out', 'P. 1:1001 ack 1 ts 900'],
      [1000, 'in', '. 1 ack 1001 ts 1000 echo 300'],
      [1000, 'app', 'write 1000'],
      [1000, 'out', 'P. 1001:2001 ack 1'],
      [2200, 'out', 'P. 1001:2001 ack 1 ts 2200'],
      [2300, 'in', '. 1 ack 2001 ts 2300 echo 2200'],
      [2300, 'app', 'write 1000'],
      [2300, 'out', 'P. 2001:3001 ack 1'],
      [2600, 'out', 'P. 2001:3001 ack 1'],
    ],
    differs: 'Linux takes what they say, and waits so much longer when acknowledgments are lost.',
  },
  {
    name: 'leave in a reset',
    ...STAMPED,
    steps: [
      [30, 'app', 'abort'],
      [30, 'out', 'R. 1 ack 1 ts 30 echo 0'],
    ],
  },
  {
    name: 'are taken as they come after 24 days of silence, in which clocks go round',
    ...STAMPED,
    steps: [
      [10, 'in', 'P. 1:101 ack 1 ts 10 echo 0'],
      [50, 'out', '. 1 ack 101 ts 50 echo 10'],
      [2_160_000_000, 'in', 'P. 101:201 ack 1 ts -2000000000 echo 0'],
      [2_160_000_040, 'out', '. 1 ack 201 echo -2000000000'],
      [2_160_000_040, 'is', 'read 200'],
    ],
  },
];

describe('scripts: timestamps', () => {
  for (const script of SCRIPTS) it(script.name, () => play(script));
});
