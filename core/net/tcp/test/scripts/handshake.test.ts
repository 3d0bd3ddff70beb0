import { describe, it } from 'vitest';
import { play } from './player.ts';
import type { Script } from './script.ts';

const SCRIPTS: Script[] = [
  {
    name: 'answers a SYN with what both sides can do',
    steps: [
      [0, 'in', 'S 0 win 65535 mss 1000 sackOK scale 7 ts 5 echo 0'],
      [0, 'out', 'S. 0 ack 1 win 65535 mss 1460 sackOK scale 7 ts 0 echo 5'],
      [0, 'is', 'SYN_RECEIVED'],
      [100, 'in', '. 1 ack 1 win 511 ts 105 echo 0'],
      [100, 'is', 'ESTABLISHED'],
      [100, 'is', 'connected true'],
    ],
  },
  {
    name: 'answers a SYN without options with the MSS alone, and sends segments of 536 bytes',
    steps: [
      [0, 'in', 'S 0 win 65535'],
      [0, 'out', 'S. 0 ack 1 win 65535 mss 1460'],
      [10, 'in', '. 1 ack 1'],
      [10, 'app', 'write 1000'],
      [10, 'out', 'P. 1:1001 by 536 ack 1'],
    ],
  },
  {
    name: 'offers everything in its own SYN, and acknowledges the answer',
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 win 65535 mss 1460 sackOK scale 7 ts 0'],
      [0, 'is', 'SYN_SENT'],
      [50, 'in', 'S. 0 ack 1 win 5000 mss 1000 sackOK scale 7 ts 7 echo 0'],
      [50, 'out', '. 1 ack 1 win 511 ts 50 echo 7'],
      [50, 'is', 'connected true'],
    ],
  },
  {
    name: 'uses nothing that the answer to its SYN did not offer',
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [50, 'in', 'S. 0 ack 1 win 5000 mss 1000'],
      [50, 'out', '. 1 ack 1 win 65535'],
      [60, 'in', '. 1001:2001 ack 1'],
      [60, 'out', '. 1 ack 1'],
    ],
  },
  {
    name: 'takes the window of a SYN as it is, and that of later segments scaled',
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [50, 'in', 'S. 0 ack 1 win 3000 mss 1000 scale 7'],
      [50, 'out', '. 1 ack 1 win 511'],
      [50, 'app', 'write 5000'],
      [50, 'out', '. 1:3001 by 1000 ack 1'],
      [60, 'in', '. 1 ack 3001 win 16'],
      [60, 'out', 'P. 3001:5001 by 1000 ack 1'],
    ],
  },
  {
    name: 'sends its SYN again with twice the pause each time up to a minute, and gives up after three',
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [1000, 'out', 'S 0 mss 1460 sackOK scale 7 ts 1000'],
      [3000, 'out', 'S 0 mss 1460 sackOK scale 7 ts 3000'],
      [7000, 'out', 'S 0 mss 1460 sackOK scale 7 ts 7000'],
      [15_000, 'out', 'S 0 mss 1460 sackOK scale 7 ts 15000'],
      [31_000, 'out', 'S 0 mss 1460 sackOK scale 7 ts 31000'],
      [63_000, 'out', 'S 0 mss 1460 sackOK scale 7 ts 63000'],
      [123_000, 'out', 'S 0 mss 1460 sackOK scale 7 ts 123000'],
      [182_999, 'is', 'SYN_SENT'],
      [183_001, 'is', 'closed timeout'],
    ],
  },
  {
    name: 'knows the round trip when the answer echoes the last SYN of some',
    features: { rack: false },
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [1000, 'out', 'S 0 mss 1460 sackOK scale 7 ts 1000'],
      [1100, 'in', 'S. 0 ack 1 win 65535 mss 1012 sackOK ts 1100 echo 1000'],
      [1100, 'out', '. 1 ack 1'],
      [1100, 'is', 'cwnd 1000'],
      [1100, 'app', 'write 1000'],
      [1100, 'out', 'P. 1:1001 ack 1'],
      [1400, 'out', 'P. 1:1001 ack 1'],
      [2000, 'out', 'P. 1:1001 ack 1'],
    ],
  },
  {
    name: 'and waits for three seconds when it echoes an earlier one',
    features: { rack: false },
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [1000, 'out', 'S 0 mss 1460 sackOK scale 7 ts 1000'],
      [1100, 'in', 'S. 0 ack 1 win 65535 mss 1012 sackOK ts 1100 echo 0'],
      [1100, 'out', '. 1 ack 1'],
      [1100, 'app', 'write 1000'],
      [1100, 'out', 'P. 1:1001 ack 1'],
      [4100, 'out', 'P. 1:1001 ack 1'],
    ],
  },
  {
    name: 'or when it took so long that it may have been sent again itself',
    features: { rack: false },
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [1000, 'out', 'S 0 mss 1460 sackOK scale 7 ts 1000'],
      [2000, 'in', 'S. 0 ack 1 win 65535 mss 1012 sackOK ts 2000 echo 1000'],
      [2000, 'out', '. 1 ack 1'],
      [2000, 'app', 'write 1000'],
      [2000, 'out', 'P. 1:1001 ack 1'],
      [5000, 'out', 'P. 1:1001 ack 1'],
    ],
  },
  {
    name: 'sends its answer to a SYN again, and at once when the SYN comes again',
    steps: [
      [0, 'in', 'S 0 win 65535 mss 1000'],
      [0, 'out', 'S. 0 ack 1 mss 1460'],
      [600, 'in', 'S 0 win 65535 mss 1000'],
      [600, 'out', 'S. 0 ack 1 mss 1460'],
      [1600, 'out', 'S. 0 ack 1 mss 1460'],
      [1700, 'in', '. 1 ack 1'],
      [1700, 'is', 'ESTABLISHED'],
    ],
  },
  {
    name: 'begins with one segment and a timeout of three seconds when a SYN was lost',
    features: { rack: false },
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [1000, 'out', 'S 0 mss 1460 sackOK scale 7 ts 1000'],
      [1100, 'in', 'S. 0 ack 1 win 65535 mss 1000'],
      [1100, 'out', '. 1 ack 1'],
      [1100, 'app', 'write 5000'],
      [1100, 'out', '. 1:1001 ack 1'],
      [4100, 'out', '. 1:1001 ack 1'],
    ],
  },
  {
    name: 'is refused by a reset that acknowledges its SYN',
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [10, 'in', 'R. 0 ack 1'],
      [10, 'is', 'closed refused'],
    ],
  },
  {
    name: 'ignores resets that do not acknowledge its SYN',
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [10, 'in', 'R 0'],
      [20, 'in', 'R. 0 ack 2'],
      [20, 'is', 'SYN_SENT'],
    ],
  },
  {
    name: 'resets what acknowledges something that it never sent, and waits on',
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [10, 'in', 'S. 77 ack 500 win 100'],
      [10, 'out', 'R 500'],
      [20, 'in', '. 77 ack 500'],
      [20, 'out', 'R 500'],
      [20, 'is', 'SYN_SENT'],
      [30, 'in', 'S. 0 ack 1 win 65535 mss 1000'],
      [30, 'out', '. 1 ack 1'],
      [30, 'is', 'ESTABLISHED'],
    ],
  },
  {
    name: 'opens when both sides open at the same time',
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [10, 'in', 'S 0 win 65535 mss 1000 sackOK'],
      [10, 'out', 'S. 0 ack 1 mss 1460 sackOK'],
      [10, 'is', 'SYN_RECEIVED'],
      [20, 'in', 'S. 0 ack 1 win 65535 mss 1000 sackOK'],
      [20, 'out', '. 1 ack 1'],
      [20, 'is', 'ESTABLISHED'],
    ],
  },
  {
    name: 'takes data with the acknowledgment that ends the handshake',
    steps: [
      [0, 'in', 'S 0 win 65535 mss 1000'],
      [0, 'out', 'S. 0 ack 1 mss 1460'],
      [10, 'in', 'P. 1:101 ack 1'],
      [10, 'out', '. 1 ack 101'],
      [10, 'is', 'read 100'],
    ],
  },
  {
    name: 'takes data with the answer to its SYN',
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [10, 'in', 'S. 0:101 ack 1 win 65535 mss 1000'],
      [10, 'out', '. 1 ack 101'],
      [10, 'is', 'read 100'],
    ],
  },
  {
    name: 'sends what was written before the handshake with its end',
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [0, 'app', 'write 100'],
      [10, 'in', 'S. 0 ack 1 win 65535 mss 1000'],
      [10, 'out', 'P. 1:101 ack 1'],
    ],
  },
  {
    name: 'goes without a word when it is aborted before any answer came',
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [10, 'app', 'abort'],
      [10, 'is', 'closed aborted'],
      [5000, 'quiet'],
    ],
  },
  {
    name: 'resets what acknowledges something else than its answer to a SYN',
    steps: [
      [0, 'in', 'S 0 win 65535 mss 1000'],
      [0, 'out', 'S. 0 ack 1 mss 1460'],
      [10, 'in', '. 1 ack 2'],
      [10, 'out', 'R 2'],
      [10, 'is', 'SYN_RECEIVED'],
      [20, 'in', '. 1 ack 1'],
      [20, 'is', 'ESTABLISHED'],
    ],
  },
  {
    name: 'is gone when its answer to a SYN is reset',
    steps: [
      [0, 'in', 'S 0 win 65535 mss 1000'],
      [0, 'out', 'S. 0 ack 1 mss 1460'],
      [10, 'in', 'R 1'],
      [10, 'is', 'closed reset'],
    ],
  },
  {
    name: 'gives up connecting when ICMP says that nobody listens',
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [10, 'app', 'unreachable hard'],
      [10, 'is', 'closed unreachable'],
    ],
  },
  {
    name: 'goes on connecting when ICMP says that there is no way now',
    steps: [
      [0, 'app', 'connect'],
      [0, 'out', 'S 0 mss 1460 sackOK scale 7 ts 0'],
      [10, 'app', 'unreachable soft'],
      [1000, 'out', 'S 0 mss 1460 sackOK scale 7 ts 1000'],
    ],
  },
  {
    name: 'takes no data with a SYN, which has to come again',
    steps: [
      [0, 'in', 'S 0:101 win 65535 mss 1000'],
      [0, 'out', 'S. 0 ack 1 mss 1460'],
      [10, 'in', 'P. 1:101 ack 1'],
      [10, 'out', '. 1 ack 101'],
      [10, 'is', 'read 100'],
    ],
  },
  {
    name: 'does not take up an offer to notify of congestion explicitly',
    steps: [
      [0, 'in', 'SEW 0 win 65535 mss 1000'],
      [0, 'out', 'S. 0 ack 1 mss 1460'],
      [10, 'in', '. 1 ack 1'],
      [20, 'in', 'EW. 1:101 ack 1'],
      [20, 'out', '. 1 ack 101'],
    ],
  },
];

describe('scripts: the handshake', () => {
  for (const script of SCRIPTS) it(script.name, () => play(script));
});
