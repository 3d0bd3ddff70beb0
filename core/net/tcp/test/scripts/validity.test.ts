import { describe, it } from 'vitest';
import { play } from './player.ts';
import type { Script } from './script.ts';
import { BARE, PLAIN } from './script.ts';

const SCRIPTS: Script[] = [
  {
    name: 'a reset with the number that is due ends the connection',
    ...PLAIN,
    steps: [
      [0, 'in', 'R 1'],
      [0, 'is', 'closed reset'],
    ],
  },
  {
    name: 'a reset elsewhere in the window is answered, and so a real one can be sent',
    ...PLAIN,
    steps: [
      [0, 'in', 'R 100'],
      [0, 'out', '. 1 ack 1'],
      [0, 'is', 'ESTABLISHED'],
      [50, 'in', 'R 1'],
      [50, 'is', 'closed reset'],
    ],
  },
  {
    name: 'a reset outside of the window is ignored',
    ...PLAIN,
    steps: [
      [0, 'in', 'R 70000'],
      [10, 'in', 'R -5000'],
      [100, 'is', 'ESTABLISHED'],
    ],
  },
  {
    name: 'a reset with data counts as well',
    ...PLAIN,
    steps: [
      [0, 'in', 'R. 1:101 ack 1'],
      [0, 'is', 'closed reset'],
      [0, 'is', 'read 0'],
    ],
  },
  {
    name: 'a SYN is answered wherever it is',
    ...PLAIN,
    steps: [
      [0, 'in', 'S 5000 win 1000 mss 1000'],
      [0, 'out', '. 1 ack 1'],
      [1000, 'in', 'S 500000 win 1000 mss 1000'],
      [1000, 'out', '. 1 ack 1'],
      [1000, 'is', 'ESTABLISHED'],
    ],
  },
  {
    name: 'the answer to a SYN that comes again is acknowledged again',
    ...PLAIN,
    opener: 'us',
    steps: [
      [100, 'in', 'S. 0 ack 1 win 65535 mss 1000 sackOK'],
      [100, 'out', '. 1 ack 1'],
      [100, 'is', 'ESTABLISHED'],
    ],
  },
  {
    name: 'such answers are two in a second',
    ...PLAIN,
    steps: [
      [0, 'in', 'R 100'],
      [0, 'out', '. 1 ack 1'],
      [100, 'in', 'R 200'],
      [200, 'in', 'S 0 win 1000'],
      [499, 'in', '. 1 ack 9999'],
      [500, 'in', 'R 300'],
      [500, 'out', '. 1 ack 1'],
    ],
  },
  {
    name: 'an acknowledgment of what was never sent is answered, and its data dropped',
    ...PLAIN,
    steps: [
      [0, 'in', 'P. 1:101 ack 5000'],
      [0, 'out', '. 1 ack 1'],
      [100, 'is', 'read 0'],
    ],
  },
  {
    name: 'an acknowledgment far behind is answered, and its data dropped',
    ...PLAIN,
    window: 1000,
    steps: [
      [0, 'app', 'write 1000'],
      [0, 'out', 'P. 1:1001 ack 1'],
      [100, 'in', '. 1 ack 1001'],
      [100, 'in', 'P. 1:101 ack -500'],
      [100, 'out', '. 1001 ack 1'],
      [200, 'is', 'read 0'],
    ],
  },
  {
    name: 'an acknowledgment that was overtaken is no reason to drop data',
    ...PLAIN,
    steps: [
      [0, 'app', 'write 1000'],
      [0, 'out', 'P. 1:1001 ack 1'],
      [100, 'in', '. 1 ack 1001'],
      [101, 'in', 'P. 1:101 ack 1'],
      [141, 'out', '. 1001 ack 101'],
      [141, 'is', 'read 100'],
    ],
  },
  {
    name: 'a segment without ACK is dropped',
    ...PLAIN,
    steps: [
      [0, 'in', 'P 1:101'],
      [10, 'in', '- 1:101'],
      [20, 'in', 'F 1'],
      [100, 'is', 'read 0'],
      [100, 'is', 'ESTABLISHED'],
    ],
  },
  {
    name: 'data outside of the window is answered',
    ...BARE,
    steps: [
      [0, 'in', '. 70000:71000 ack 1'],
      [0, 'out', '. 1 ack 1'],
      [600, 'in', '. -999:1 ack 1'],
      [600, 'out', '. 1 ack 1'],
      [600, 'is', 'read 0'],
    ],
  },
  {
    name: 'a FIN outside of the window is no end',
    ...BARE,
    steps: [
      [0, 'in', 'F. 70000 ack 1'],
      [0, 'out', '. 1 ack 1'],
      [0, 'is', 'ESTABLISHED'],
    ],
  },
  {
    name: 'a segment that is both SYN and FIN is answered like a SYN',
    ...PLAIN,
    steps: [
      [0, 'in', 'SF 0 win 1000'],
      [0, 'out', '. 1 ack 1'],
      [0, 'is', 'ESTABLISHED'],
    ],
  },
  {
    name: 'ICMP does not end a connection that is established',
    ...PLAIN,
    steps: [
      [0, 'app', 'unreachable hard'],
      [10, 'in', 'P. 1:101 ack 1'],
      [50, 'out', '. 1 ack 101'],
    ],
  },
];

describe('scripts: segments that nobody should believe', () => {
  for (const script of SCRIPTS) it(script.name, () => play(script));
});
