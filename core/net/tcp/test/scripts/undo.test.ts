import { describe, it } from 'vitest';
import { play } from './player.ts';
import type { Script } from './script.ts';
import { PLAIN, STAMPED } from './script.ts';

const SCRIPTS: Script[] = [
  {
    name: 'a duplicate that is reported undoes a recovery',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 10000'],
      [0, 'out', 'P. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1 sack 1001:4001'],
      [100, 'out', '. 1:1001 ack 1'],
      [105, 'in', '. 1 ack 4001'],
      [110, 'in', '. 1 ack 10001'],
      [200, 'in', '. 1 ack 10001 sack 1:1001'],
      [200, 'is', 'cwnd 10000'],
      [200, 'is', 'ssthresh Infinity'],
    ],
  },
  {
    name: 'one of two that were sent again was lost, so nothing is undone',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 10000'],
      [0, 'out', 'P. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1 sack 2001:10001'],
      [100, 'out', '. 1:2001 by 1000 ack 1'],
      [105, 'in', '. 1 ack 1001 sack 2001:10001'],
      [200, 'in', '. 1 ack 1001 sack 1:1001 2001:10001'],
      [201, 'in', '. 1 ack 10001'],
      [201, 'is', 'ssthresh 7000'],
    ],
  },
  {
    name: 'a timeout is undone when the answer echoes what was sent first',
    ...STAMPED,
    features: { rack: false },
    steps: [
      [0, 'app', 'write 10000'],
      [0, 'out', 'P. 1:10001 by 1000 ack 1'],
      [300, 'out', '. 1:1001 ack 1 ts 300'],
      [300, 'is', 'cwnd 1000'],
      [310, 'in', '. 1 ack 1001 ts 310 echo 0'],
      [310, 'is', 'cwnd 11000'],
      [310, 'is', 'ssthresh Infinity'],
      [320, 'in', '. 1 ack 10001 ts 320 echo 0'],
      [1000, 'quiet'],
    ],
  },
  {
    name: 'and the timeout stays doubled then, until something is answered that was sent once',
    ...STAMPED,
    features: { rack: false },
    steps: [
      [0, 'app', 'write 1000'],
      [0, 'out', 'P. 1:1001 ack 1'],
      [300, 'out', 'P. 1:1001 ack 1'],
      [500, 'in', '. 1 ack 1001 ts 500 echo 0'],
      [500, 'app', 'write 1000'],
      [500, 'out', 'P. 1001:2001 ack 1'],
      [1000, 'in', '. 1 ack 2001 ts 1000 echo 500'],
      [1000, 'app', 'write 1000'],
      [1000, 'out', 'P. 2001:3001 ack 1'],
      [1700, 'out', 'P. 2001:3001 ack 1'],
    ],
  },
  {
    name: 'and is not when it echoes what was sent again',
    ...STAMPED,
    features: { rack: false },
    steps: [
      [0, 'app', 'write 10000'],
      [0, 'out', 'P. 1:10001 by 1000 ack 1'],
      [300, 'out', '. 1:1001 ack 1 ts 300'],
      [400, 'in', '. 1 ack 1001 ts 400 echo 300'],
      [400, 'is', 'ssthresh 7000'],
      [400, 'out', '. 1001:3001 by 1000 ack 1'],
    ],
  },
  {
    name: 'a recovery is undone by an echo',
    ...STAMPED,
    steps: [
      [0, 'app', 'write 10000'],
      [0, 'out', 'P. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1 sack 1001:4001 ts 100 echo 0'],
      [100, 'out', '. 1:1001 ack 1 ts 100'],
      [105, 'in', '. 1 ack 4001 ts 105 echo 0'],
      [105, 'is', 'cwnd 10000'],
      [105, 'is', 'ssthresh Infinity'],
      [110, 'in', '. 1 ack 10001 ts 110 echo 0'],
    ],
  },
  {
    name: 'after a loss that was none RACK waits for what is late',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 10000'],
      [0, 'out', 'P. 1:10001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1 sack 1001:4001'],
      [100, 'out', '. 1:1001 ack 1'],
      [105, 'in', '. 1 ack 10001'],
      [200, 'in', '. 1 ack 10001 sack 1:1001'],
      [300, 'app', 'write 10000'],
      [300, 'out', 'P. 10001:20001 by 1000 ack 1'],
      [400, 'in', '. 1 ack 10001 sack 11001:15001'],
      [420, 'in', '. 1 ack 20001'],
      [420, 'is', 'ssthresh Infinity'],
    ],
  },
];

describe('scripts: losses that were none', () => {
  for (const script of SCRIPTS) it(script.name, () => play(script));
});
