import { describe, it } from 'vitest';
import { newReno } from '../../src/congestion/newreno.ts';
import { play } from './player.ts';
import type { Script } from './script.ts';
import { BARE } from './script.ts';

const RENO = { ...BARE, features: { congestion: newReno } } as const;

const SCRIPTS: Script[] = [
  {
    name: 'the third duplicate acknowledgment has the first segment sent again',
    ...RENO,
    steps: [
      [0, 'app', 'write 4000'],
      [0, 'out', 'P. 1:4001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1'],
      [101, 'in', '. 1 ack 1'],
      [102, 'in', '. 1 ack 1'],
      [102, 'out', '. 1:1001 ack 1'],
      [200, 'in', '. 1 ack 4001'],
      [200, 'is', 'cwnd 2000'],
    ],
  },
  {
    name: 'each of the first two lets a new segment go',
    ...RENO,
    steps: [
      [0, 'app', 'write 15000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
      [110, 'in', '. 1 ack 1'],
      [110, 'out', '. 10001:11001 ack 1'],
      [120, 'in', '. 1 ack 1'],
      [120, 'out', '. 11001:12001 ack 1'],
      [130, 'in', '. 1 ack 3001'],
      [130, 'is', 'cwnd 12000'],
      [130, 'out', 'P. 12001:15001 by 1000 ack 1'],
    ],
  },
  {
    name: 'two duplicates are no loss',
    ...RENO,
    steps: [
      [0, 'app', 'write 10000'],
      [0, 'out', 'P. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1'],
      [101, 'in', '. 1 ack 1'],
      [110, 'in', '. 1 ack 10001'],
      [110, 'is', 'ssthresh Infinity'],
    ],
  },
  {
    name: 'segments with data or another window are no duplicates',
    ...RENO,
    steps: [
      [0, 'app', 'write 10000'],
      [0, 'out', 'P. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1:101 ack 1'],
      [101, 'in', '. 101:201 ack 1'],
      [102, 'in', '. 201 ack 1 win 60000'],
      [103, 'in', '. 201 ack 1 win 50000'],
      [104, 'in', '. 201 ack 1'],
      [105, 'in', '. 201 ack 1'],
      [120, 'is', 'ssthresh Infinity'],
      [140, 'out', '. 10001 ack 201'],
    ],
  },
  {
    name: 'an acknowledgment of a part has the next hole filled at once',
    ...RENO,
    steps: [
      [0, 'app', 'write 10000'],
      [0, 'out', 'P. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1'],
      [101, 'in', '. 1 ack 1'],
      [102, 'in', '. 1 ack 1'],
      [102, 'out', '. 1:1001 ack 1'],
      [200, 'in', '. 1 ack 3001'],
      [200, 'out', '. 3001:4001 ack 1'],
      [300, 'in', '. 1 ack 10001'],
      [300, 'is', 'cwnd 5000'],
      [300, 'is', 'ssthresh 5000'],
    ],
  },
  {
    name: 'about half of the duplicates let new segments go',
    ...RENO,
    steps: [
      [0, 'app', 'write 20000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1'],
      [100, 'out', '. 10001:11001 ack 1'],
      [101, 'in', '. 1 ack 1'],
      [101, 'out', '. 11001:12001 ack 1'],
      [102, 'in', '. 1 ack 1'],
      [102, 'out', '. 1:1001 ack 1'],
      [102, 'is', 'ssthresh 5000'],
      [103, 'in', '. 1 ack 1'],
      [104, 'in', '. 1 ack 1'],
      [105, 'in', '. 1 ack 1'],
      [105, 'out', '. 12001:13001 ack 1'],
      [106, 'in', '. 1 ack 1'],
      [107, 'in', '. 1 ack 1'],
      [108, 'in', '. 1 ack 1'],
      [108, 'out', '. 13001:14001 ack 1'],
    ],
  },
  {
    name: 'duplicates of what a timeout sent again are no new loss',
    ...RENO,
    steps: [
      [0, 'app', 'write 5000'],
      [0, 'out', 'P. 1:5001 by 1000 ack 1'],
      [300, 'out', '. 1:1001 ack 1'],
      [400, 'in', '. 1 ack 1001'],
      [400, 'out', '. 1001:3001 by 1000 ack 1'],
      [500, 'in', '. 1 ack 5001'],
      [500, 'app', 'write 4000'],
      [500, 'out', '. 5001:8001 by 1000 ack 1'],
      [501, 'in', '. 1 ack 5001'],
      [501, 'out', 'P. 8001:9001 ack 1'],
      [502, 'in', '. 1 ack 5001'],
      [503, 'in', '. 1 ack 5001'],
      [700, 'quiet'],
    ],
  },
  {
    name: 'what nobody acknowledges is left to the timer',
    ...RENO,
    steps: [
      [0, 'app', 'write 2000'],
      [0, 'out', 'P. 1:2001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1001'],
      [400, 'out', 'P. 1001:2001 ack 1'],
    ],
  },
  {
    name: 'many holes are left to the timer, which only the first of them starts again',
    ...BARE,
    steps: [
      [0, 'app', 'write 10000'],
      [0, 'out', 'P. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1'],
      [101, 'in', '. 1 ack 1'],
      [102, 'in', '. 1 ack 1'],
      [102, 'out', '. 1:1001 ack 1'],
      [202, 'in', '. 1 ack 2001'],
      [202, 'out', '. 2001:3001 ack 1'],
      [302, 'in', '. 1 ack 4001'],
      [302, 'out', '. 4001:5001 ack 1'],
      [402, 'in', '. 1 ack 6001'],
      [402, 'out', '. 6001:7001 ack 1'],
      [502, 'out', '. 6001:7001 ack 1'],
      [502, 'is', 'cwnd 1000'],
      [510, 'in', '. 1 ack 8001'],
      [510, 'out', 'P. 8001:10001 by 1000 ack 1'],
      [610, 'in', '. 1 ack 10001'],
    ],
  },
];

describe('scripts: losses without selective acknowledgments', () => {
  for (const script of SCRIPTS) it(script.name, () => play(script));
});
