// Runs inside an image: the fast paths of TCP beside their references, on the same pseudo-random input.
import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import { Random } from '@atoll/sim/random';
import { compareCutting, compareJoining } from '../tcp/compare-frames.ts';
import { compareWholeFrames } from '../tcp/compare-whole-frames.ts';
import { compareCopies, compareWires } from '../tcp/compare-wire.ts';

declare const host: Host;

const ROUNDS = 400;

const fast = hostFastPaths(host);
const random = new Random(9293);
compareWires(fast, random, ROUNDS);
compareWholeFrames(fast, random, ROUNDS);
compareCopies(fast, random, ROUNDS);
compareCutting(fast, random, ROUNDS);
compareJoining(fast, random, ROUNDS);
host.write('SUCCESS\n');
