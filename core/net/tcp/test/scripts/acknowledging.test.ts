import { describe, it } from 'vitest';
import { play } from './player.ts';
import type { Script } from './script.ts';
import { BARE, PLAIN } from './script.ts';

const SCRIPTS: Script[] = [
  {
    name: 'one segment waits for 40 ms',
    ...PLAIN,
    steps: [
      [0, 'in', 'P. 1:1001 ack 1'],
      [40, 'out', '. 1 ack 1001'],
    ],
  },
  {
    name: 'the second full segment is acknowledged at once',
    ...PLAIN,
    steps: [
      [0, 'in', '. 1:1001 ack 1'],
      [10, 'in', '. 1001:2001 ack 1'],
      [10, 'out', '. 1 ack 2001'],
      [20, 'in', '. 2001:3001 ack 1'],
      [30, 'in', '. 3001:4001 ack 1'],
      [30, 'out', '. 1 ack 4001'],
      [200, 'quiet'],
    ],
  },
  {
    name: 'small segments wait from the first one on',
    ...PLAIN,
    steps: [
      [0, 'in', 'P. 1:201 ack 1'],
      [15, 'in', 'P. 201:401 ack 1'],
      [30, 'in', 'P. 401:601 ack 1'],
      [40, 'out', '. 1 ack 601'],
    ],
  },
  {
    name: 'data carries the acknowledgment',
    ...PLAIN,
    steps: [
      [0, 'in', 'P. 1:1001 ack 1'],
      [20, 'app', 'write 500'],
      [20, 'out', 'P. 1:501 ack 1001'],
      [100, 'quiet'],
    ],
  },
  {
    name: 'every segment is acknowledged at once while the peer may be in slow start',
    ...PLAIN,
    isQuick: true,
    steps: [
      [0, 'in', '. 1:1001 ack 1'],
      [0, 'out', '. 1 ack 1001'],
      [1, 'in', '. 1001:2001 ack 1'],
      [1, 'out', '. 1 ack 2001'],
      [2, 'in', 'P. 2001:2101 ack 1'],
      [2, 'out', '. 1 ack 2101'],
    ],
  },
  {
    name: 'nothing waits when it is told off',
    ...PLAIN,
    features: { delayedAck: false },
    steps: [
      [0, 'in', 'P. 1:101 ack 1'],
      [0, 'out', '. 1 ack 101'],
    ],
  },
  {
    name: 'a segment behind a gap, and one that fills it, are acknowledged at once',
    ...BARE,
    steps: [
      [0, 'in', '. 1001:2001 ack 1'],
      [0, 'out', '. 1 ack 1'],
      [1, 'in', '. 2001:3001 ack 1'],
      [1, 'out', '. 1 ack 1'],
      [2, 'in', '. 1:501 ack 1'],
      [2, 'out', '. 1 ack 501'],
      [3, 'in', '. 501:1001 ack 1'],
      [3, 'out', '. 1 ack 3001'],
    ],
  },
  {
    name: 'the most recent block is reported first',
    ...PLAIN,
    steps: [
      [0, 'in', '. 1001:2001 ack 1'],
      [0, 'out', '. 1 ack 1 sack 1001:2001'],
      [1, 'in', '. 3001:4001 ack 1'],
      [1, 'out', '. 1 ack 1 sack 3001:4001 1001:2001'],
      [2, 'in', '. 5001:6001 ack 1'],
      [2, 'out', '. 1 ack 1 sack 5001:6001 3001:4001 1001:2001'],
      [3, 'in', '. 2001:3001 ack 1'],
      [3, 'out', '. 1 ack 1 sack 1001:4001 5001:6001'],
      [4, 'in', '. 1:1001 ack 1'],
      [4, 'out', '. 1 ack 4001 sack 5001:6001'],
      [5, 'in', '. 4001:5001 ack 1'],
      [5, 'out', '. 1 ack 6001'],
      [5, 'is', 'read 6000'],
    ],
  },
  {
    name: 'four blocks are reported at most, and the oldest is left out',
    ...PLAIN,
    steps: [
      [0, 'in', '. 1001:2001 ack 1'],
      [0, 'out', '. 1 ack 1 sack 1001:2001'],
      [0, 'in', '. 3001:4001 ack 1'],
      [0, 'out', '. 1 ack 1 sack 3001:4001 1001:2001'],
      [0, 'in', '. 5001:6001 ack 1'],
      [0, 'out', '. 1 ack 1 sack 5001:6001 3001:4001 1001:2001'],
      [0, 'in', '. 7001:8001 ack 1'],
      [0, 'out', '. 1 ack 1 sack 7001:8001 5001:6001 3001:4001 1001:2001'],
      [0, 'in', '. 9001:10001 ack 1'],
      [0, 'out', '. 1 ack 1 sack 9001:10001 7001:8001 5001:6001 3001:4001'],
    ],
  },
  {
    name: 'a duplicate of what was acknowledged is reported once',
    ...PLAIN,
    steps: [
      [0, 'in', '. 1:1001 ack 1'],
      [10, 'in', '. 1001:2001 ack 1'],
      [10, 'out', '. 1 ack 2001'],
      [20, 'in', '. 1:1001 ack 1'],
      [20, 'out', '. 1 ack 2001 sack 1:1001'],
      [30, 'in', '. 2001:3001 ack 1'],
      [40, 'in', '. 3001:4001 ack 1'],
      [40, 'out', '. 1 ack 4001'],
    ],
  },
  {
    name: 'a duplicate behind a gap is reported before the block that it is part of',
    ...PLAIN,
    steps: [
      [0, 'in', '. 1001:3001 ack 1'],
      [0, 'out', '. 1 ack 1 sack 1001:3001'],
      [10, 'in', '. 2001:3001 ack 1'],
      [10, 'out', '. 1 ack 1 sack 2001:3001 1001:3001'],
    ],
  },
  {
    name: 'the part of a segment that came before is reported, and the rest taken',
    ...PLAIN,
    steps: [
      [0, 'in', '. 1:1001 ack 1'],
      [40, 'out', '. 1 ack 1001'],
      [50, 'in', '. 501:1501 ack 1'],
      [50, 'out', '. 1 ack 1501 sack 501:1001'],
      [50, 'is', 'read 1500'],
    ],
  },
  {
    name: 'nothing is reported selectively to a peer that did not offer it',
    ...BARE,
    steps: [
      [0, 'in', '. 1001:2001 ack 1'],
      [0, 'out', '. 1 ack 1'],
      [10, 'in', '. 1001:2001 ack 1'],
      [10, 'out', '. 1 ack 1'],
    ],
  },
  {
    name: 'a FIN behind a gap waits for what is missing',
    ...PLAIN,
    steps: [
      [0, 'in', 'F. 1001:2001 ack 1'],
      [0, 'out', '. 1 ack 1 sack 1001:2001'],
      [0, 'is', 'ESTABLISHED'],
      [10, 'in', '. 1:1001 ack 1'],
      [10, 'out', '. 1 ack 2002'],
      [10, 'is', 'CLOSE_WAIT'],
      [10, 'is', 'finished true'],
    ],
  },
  {
    name: 'data and blocks share a segment',
    ...PLAIN,
    steps: [
      [0, 'in', '. 1001:2001 ack 1'],
      [0, 'out', '. 1 ack 1 sack 1001:2001'],
      [10, 'app', 'write 100'],
      [10, 'out', 'P. 1:101 ack 1 sack 1001:2001'],
    ],
  },
  {
    name: 'what overlaps several blocks is reported as a duplicate before the blocks that remain',
    ...PLAIN,
    steps: [
      [0, 'in', '. 1001:2001 ack 1'],
      [0, 'out', '. 1 ack 1 sack 1001:2001'],
      [0, 'in', '. 2001:3001 ack 1'],
      [0, 'out', '. 1 ack 1 sack 1001:3001'],
      [0, 'in', '. 4001:5001 ack 1'],
      [0, 'out', '. 1 ack 1 sack 4001:5001 1001:3001'],
      [0, 'in', '. 7001:8001 ack 1'],
      [0, 'out', '. 1 ack 1 sack 7001:8001 4001:5001 1001:3001'],
      [0, 'in', '. 1:6001 ack 1'],
      [0, 'out', '. 1 ack 6001 sack 1001:3001 7001:8001'],
      [0, 'in', '. 6001:8001 ack 1'],
      [0, 'out', '. 1 ack 8001 sack 7001:8001'],
      [0, 'in', '. 1:1001 ack 1'],
      [0, 'out', '. 1 ack 8001 sack 1:1001'],
      [0, 'is', 'read 8000'],
    ],
  },
];

describe('scripts: acknowledging', () => {
  for (const script of SCRIPTS) it(script.name, () => play(script));
});
