import { describe, it } from 'vitest';
import { play } from './player.ts';
import type { Script } from './script.ts';
import { PLAIN } from './script.ts';

const PACED = { ...PLAIN, features: { pacing: true } } as const;

const SCRIPTS: Script[] = [
  {
    name: 'an initial window leaves at once',
    ...PACED,
    steps: [
      [0, 'app', 'write 20000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
    ],
  },
  {
    name: 'what an acknowledgment lets out leaves at twice the rate of the window in slow start',
    ...PACED,
    roundTrip: 180,
    steps: [
      [0, 'app', 'write 18000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
      [180, 'in', '. 1 ack 8001'],
      [180, 'is', 'cwnd 18000'],
      [180, 'out', '. 10001:11001 ack 1'],
      [184, 'out', '. 11001:12001 ack 1'],
      [189, 'out', '. 12001:13001 ack 1'],
      [194, 'out', '. 13001:14001 ack 1'],
      [199, 'out', '. 14001:15001 ack 1'],
      [204, 'out', '. 15001:16001 ack 1'],
      [209, 'out', '. 16001:17001 ack 1'],
      [214, 'out', 'P. 17001:18001 ack 1'],
      [360, 'in', '. 1 ack 18001'],
    ],
  },
  {
    name: 'what was lost does not wait',
    ...PACED,
    steps: [
      [0, 'app', 'write 10000'],
      [0, 'out', 'P. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1 sack 3001:10001'],
      [100, 'out', '. 1:3001 by 1000 ack 1'],
      [200, 'in', '. 1 ack 10001'],
    ],
  },
  {
    name: 'a short path is not paced',
    ...PACED,
    roundTrip: 10,
    steps: [
      [0, 'app', 'write 18000'],
      [0, 'out', '. 1:10001 by 1000 ack 1'],
      [10, 'in', '. 1 ack 8001'],
      [10, 'out', 'P. 10001:18001 by 1000 ack 1'],
      [20, 'in', '. 1 ack 18001'],
    ],
  },
];

describe('scripts: pacing', () => {
  for (const script of SCRIPTS) it(script.name, () => play(script));
});
