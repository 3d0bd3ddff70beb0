import { describe, it } from 'vitest';
import { play } from './player.ts';
import type { Script } from './script.ts';
import { BARE, PLAIN } from './script.ts';

const SCRIPTS: Script[] = [
  {
    name: 'each pause is twice the one before, and the application is told after five minutes',
    ...BARE,
    steps: [
      [0, 'app', 'write 500'],
      [0, 'out', 'P. 1:501 ack 1'],
      [300, 'out', 'P. 1:501 ack 1'],
      [900, 'out', 'P. 1:501 ack 1'],
      [2100, 'out', 'P. 1:501 ack 1'],
      [4500, 'out', 'P. 1:501 ack 1'],
      [9300, 'out', 'P. 1:501 ack 1'],
      [18_900, 'out', 'P. 1:501 ack 1'],
      [38_100, 'out', 'P. 1:501 ack 1'],
      [76_500, 'out', 'P. 1:501 ack 1'],
      [136_500, 'out', 'P. 1:501 ack 1'],
      [196_500, 'out', 'P. 1:501 ack 1'],
      [256_500, 'out', 'P. 1:501 ack 1'],
      [299_999, 'is', 'ESTABLISHED'],
      [300_001, 'is', 'closed timeout'],
    ],
    differs: 'Linux goes up to two minutes; RFC 6298 section 2.5 allows for one.',
  },
  {
    name: 'the timer starts again when something is acknowledged',
    ...BARE,
    steps: [
      [0, 'app', 'write 3000'],
      [0, 'out', 'P. 1:3001 by 1000 ack 1'],
      [150, 'in', '. 1 ack 1001'],
      [250, 'in', '. 1 ack 2001'],
      [556, 'out', 'P. 2001:3001 ack 1'],
    ],
  },
  {
    name: 'afterwards the window begins with one segment',
    ...BARE,
    steps: [
      [0, 'app', 'write 10000'],
      [0, 'out', 'P. 1:10001 by 1000 ack 1'],
      [300, 'out', '. 1:1001 ack 1'],
      [300, 'is', 'cwnd 1000'],
      [300, 'is', 'ssthresh 7000'],
      [400, 'in', '. 1 ack 1001'],
      [400, 'is', 'cwnd 2000'],
      [400, 'out', '. 1001:3001 by 1000 ack 1'],
      [500, 'in', '. 1 ack 3001'],
      [500, 'is', 'cwnd 4000'],
      [500, 'out', '. 3001:7001 by 1000 ack 1'],
      [600, 'in', '. 1 ack 10001'],
    ],
  },
  {
    name: 'the round trip of a segment that was sent twice is not known, so the timeout stays doubled',
    ...BARE,
    steps: [
      [0, 'app', 'write 500'],
      [0, 'out', 'P. 1:501 ack 1'],
      [300, 'out', 'P. 1:501 ack 1'],
      [400, 'in', '. 1 ack 501'],
      [400, 'app', 'write 500'],
      [400, 'out', 'P. 501:1001 ack 1'],
      [1000, 'out', 'P. 501:1001 ack 1'],
    ],
  },
  {
    name: 'what else was lost waits no longer for that, but what is new does until there is a sample',
    ...BARE,
    steps: [
      [0, 'app', 'write 3000'],
      [0, 'out', 'P. 1:3001 by 1000 ack 1'],
      [300, 'out', '. 1:1001 ack 1'],
      [900, 'out', '. 1:1001 ack 1'],
      [1000, 'in', '. 1 ack 1001'],
      [1000, 'out', 'P. 1001:3001 by 1000 ack 1'],
      [1300, 'out', '. 1001:2001 ack 1'],
      [1400, 'in', '. 1 ack 3001'],
      [1400, 'app', 'write 1000'],
      [1400, 'out', 'P. 3001:4001 ack 1'],
      [2600, 'out', 'P. 3001:4001 ack 1'],
    ],
    differs:
      'Linux keeps its back-off until there is a sample; what is sent again never gives one.',
  },
  {
    name: 'a FIN is sent again like data',
    ...BARE,
    steps: [
      [0, 'app', 'end'],
      [0, 'out', 'F. 1 ack 1'],
      [300, 'out', 'F. 1 ack 1'],
      [900, 'out', 'F. 1 ack 1'],
      [1000, 'in', '. 1 ack 2'],
      [1000, 'is', 'FIN_WAIT_2'],
    ],
  },
  {
    name: 'data and FIN are sent again together',
    ...BARE,
    steps: [
      [0, 'app', 'write 100'],
      [0, 'out', 'P. 1:101 ack 1'],
      [0, 'app', 'end'],
      [0, 'out', 'F. 101 ack 1'],
      [300, 'out', 'FP. 1:101 ack 1'],
      [350, 'in', '. 1 ack 102'],
      [350, 'is', 'FIN_WAIT_2'],
    ],
  },
  {
    name: 'what was reported selectively is not sent again',
    ...PLAIN,
    features: { rack: false },
    steps: [
      [0, 'app', 'write 4000'],
      [0, 'out', 'P. 1:4001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1 sack 1001:2001'],
      [300, 'out', '. 1:1001 ack 1'],
      [400, 'in', '. 1 ack 2001'],
      [400, 'out', 'P. 2001:4001 by 1000 ack 1'],
    ],
  },
  {
    name: 'what the peer reported and did not keep is sent again',
    ...PLAIN,
    features: { rack: false },
    steps: [
      [0, 'app', 'write 4000'],
      [0, 'out', 'P. 1:4001 by 1000 ack 1'],
      [100, 'in', '. 1 ack 1 sack 1001:2001'],
      [150, 'in', '. 1 ack 1001'],
      [150, 'out', '. 1001:2001 ack 1'],
      [250, 'in', '. 1 ack 2001'],
      [250, 'out', 'P. 2001:4001 by 1000 ack 1'],
    ],
    differs:
      'Linux waits for its timer before it takes a report back; the answer is the same, and sooner.',
  },
  {
    name: 'half a minute of no way is not the end',
    ...BARE,
    steps: [
      [0, 'app', 'write 500'],
      [0, 'out', 'P. 1:501 ack 1'],
      [100, 'app', 'unreachable hard'],
      [300, 'out', 'P. 1:501 ack 1'],
      [301, 'is', 'ESTABLISHED'],
    ],
  },
];

describe('scripts: retransmission timeouts', () => {
  for (const script of SCRIPTS) it(script.name, () => play(script));
});
