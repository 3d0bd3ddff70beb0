import { describe, it } from 'vitest';
import { play } from './player.ts';
import type { Script } from './script.ts';
import { PLAIN } from './script.ts';

const SCRIPTS: Script[] = [
  {
    name: 'small segments wait until the one before is acknowledged',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 400'],
      [0, 'out', 'P. 1:401 ack 1'],
      [10, 'app', 'write 300'],
      [20, 'app', 'write 200'],
      [100, 'in', '. 1 ack 401'],
      [100, 'out', 'P. 401:901 ack 1'],
    ],
  },
  {
    name: 'they leave when they have become a full segment',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 400'],
      [0, 'out', 'P. 1:401 ack 1'],
      [10, 'app', 'write 600'],
      [20, 'app', 'write 600'],
      [20, 'out', '. 401:1401 ack 1'],
      [100, 'in', '. 1 ack 1401'],
      [100, 'out', 'P. 1401:1601 ack 1'],
    ],
  },
  {
    name: 'a small segment does not wait for full ones',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 2400'],
      [0, 'out', 'P. 1:2401 by 1000 ack 1'],
      [10, 'app', 'write 100'],
      [100, 'in', '. 1 ack 2001'],
      [110, 'in', '. 1 ack 2401'],
      [110, 'out', 'P. 2401:2501 ack 1'],
    ],
  },
  {
    name: 'nothing waits with noDelay',
    ...PLAIN,
    steps: [
      [0, 'app', 'noDelay'],
      [0, 'app', 'write 10'],
      [0, 'out', 'P. 1:11 ack 1'],
      [1, 'app', 'write 10'],
      [1, 'out', 'P. 11:21 ack 1'],
    ],
  },
  {
    name: 'noDelay lets go what waits',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 10'],
      [0, 'out', 'P. 1:11 ack 1'],
      [1, 'app', 'write 10'],
      [2, 'app', 'noDelay'],
      [2, 'out', 'P. 11:21 ack 1'],
    ],
  },
  {
    name: 'the end lets go what waits',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 10'],
      [0, 'out', 'P. 1:11 ack 1'],
      [1, 'app', 'write 10'],
      [2, 'app', 'end'],
      [2, 'out', 'FP. 11:21 ack 1'],
    ],
  },
  {
    name: 'can be told off',
    ...PLAIN,
    features: { nagle: false },
    steps: [
      [0, 'app', 'write 10'],
      [0, 'out', 'P. 1:11 ack 1'],
      [1, 'app', 'write 10'],
      [1, 'out', 'P. 11:21 ack 1'],
    ],
  },
];

describe("scripts: Nagle's algorithm", () => {
  for (const script of SCRIPTS) it(script.name, () => play(script));
});
