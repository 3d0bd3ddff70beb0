import { describe, it } from 'vitest';
import { play } from './player.ts';
import type { Script } from './script.ts';
import { BARE, PLAIN } from './script.ts';

const SCRIPTS: Script[] = [
  {
    name: 'the user timeout ends a connection that nobody acknowledges',
    ...BARE,
    steps: [
      [0, 'app', 'userTimeout 3000'],
      [0, 'app', 'write 100'],
      [0, 'out', 'P. 1:101 ack 1'],
      [300, 'out', 'P. 1:101 ack 1'],
      [900, 'out', 'P. 1:101 ack 1'],
      [2100, 'out', 'P. 1:101 ack 1'],
      [2999, 'is', 'ESTABLISHED'],
      [3001, 'is', 'closed timeout'],
    ],
  },
  {
    name: 'any progress starts the user timeout again',
    ...BARE,
    steps: [
      [0, 'app', 'userTimeout 1000'],
      [0, 'app', 'write 2000'],
      [0, 'out', 'P. 1:2001 by 1000 ack 1'],
      [300, 'out', '. 1:1001 ack 1'],
      [850, 'in', '. 1 ack 1001'],
      [850, 'out', 'P. 1001:2001 ack 1'],
      [1150, 'out', 'P. 1001:2001 ack 1'],
      [1200, 'is', 'ESTABLISHED'],
      [1300, 'in', '. 1 ack 2001'],
      [9000, 'is', 'ESTABLISHED'],
    ],
  },
  {
    name: 'a silent peer is probed when the application wants that',
    ...PLAIN,
    steps: [
      [0, 'app', 'keepAlive 10000'],
      [10_000, 'out', '. 0 ack 1'],
      [10_100, 'in', '. 1 ack 1'],
      [20_100, 'out', '. 0 ack 1'],
      [20_200, 'in', 'P. 1:101 ack 1'],
      [20_240, 'out', '. 1 ack 101'],
      [30_200, 'out', '. 0 ack 101'],
    ],
  },
  {
    name: 'nine probes without an answer are the end',
    ...PLAIN,
    steps: [
      [0, 'app', 'keepAlive 1000'],
      [1000, 'out', '. 0 ack 1'],
      [2000, 'out', '. 0 ack 1'],
      [3000, 'out', '. 0 ack 1'],
      [4000, 'out', '. 0 ack 1'],
      [5000, 'out', '. 0 ack 1'],
      [6000, 'out', '. 0 ack 1'],
      [7000, 'out', '. 0 ack 1'],
      [8000, 'out', '. 0 ack 1'],
      [9000, 'out', '. 0 ack 1'],
      [9999, 'is', 'ESTABLISHED'],
      [10_001, 'is', 'closed timeout'],
    ],
  },
  {
    name: 'nobody is probed unless the application wants that',
    ...PLAIN,
    steps: [[9_000_000, 'is', 'ESTABLISHED']],
  },
  {
    name: 'the probe of a peer is answered',
    ...PLAIN,
    steps: [
      [0, 'in', '. 1:101 ack 1'],
      [40, 'out', '. 1 ack 101'],
      [5000, 'in', '. 100 ack 1'],
      [5000, 'out', '. 1 ack 101'],
      [6000, 'in', '. 100:101 ack 1'],
      [6000, 'out', '. 1 ack 101 sack 100:101'],
    ],
  },
];

describe('scripts: how long we wait', () => {
  for (const script of SCRIPTS) it(script.name, () => play(script));
});
