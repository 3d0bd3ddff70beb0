import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import { Random } from '@atoll/sim/random';
import type { PathOptions } from './bottleneck.ts';
import type { Experiment, Feature } from './meeting.ts';
import type { PathModel } from './model.ts';
import { transferMs } from './model.ts';
import type { Habit } from './party.ts';

/** A path and two applications at random. The same `seed` gives the same for ever. */
export function scenario(seed: number, without: Experiment['without'] = [[], []]): Experiment {
  const random = new Random(seed);
  const isIpv6 = random.chance(0.5);
  const mtu = random.pick(isIpv6 ? [1280, 1400, 1500, 9000] : [576, 1280, 1500, 9000]);
  const delay = random.pick([1, 1, 5, 20, 20, 50, 100, 300, 1000, 2000]);
  const mbps = random.pick([1, 5, 20, 100, Number.POSITIVE_INFINITY]);
  // On a long path that loses much, what is waited for is the timeout of five minutes.
  const loss = random.pick(
    delay >= 300 ? [0, 0.001, 0.01, 0.03] : [0, 0.001, 0.01, 0.05, 0.1, 0.2],
  );
  const isFast = mbps === Number.POSITIVE_INFINITY;
  const forth: PathOptions = {
    delay,
    loss,
    ...(!isFast && { mbps, queue: mtu * random.pick([10, 30, 100]) }),
    ...(random.chance(0.3) && { jitter: random.pick([1, delay / 4, delay]) }),
    ...(random.chance(0.3) && { reorder: random.pick([0.01, 0.05, 0.2]) }),
    ...(random.chance(0.3) && { duplicate: random.pick([0.01, 0.1]) }),
    ...(random.chance(0.3) && { corrupt: random.pick([0.001, 0.02]) }),
  };
  const size = random.pick(loss > 0.05 ? [1, 2000, 30_000] : [1, 2000, 30_000, 100_000, 300_000]);
  const client = habit(random, size);
  const server = habit(random, random.chance(0.4) ? size : random.pick([0, 100]));
  return {
    seed,
    forth,
    mtu,
    isIpv6,
    offloads: random.chance(0.3),
    without,
    client,
    // One of them has to begin.
    server: { ...server, isLast: !client.isLast && server.isLast === true },
  };
}

/** What a model has to know of an experiment, for the bytes from the client. */
export function modelOf({
  forth,
  back = forth,
  mtu = 1500,
  isIpv6,
  without,
}: Experiment): PathModel {
  const oneWay = ({ delay = 0, jitter = 0, mbps, queue = 0 }: PathOptions) =>
    delay + jitter + (mbps === undefined ? 0 : (queue + mtu) / (mbps * 125));
  const rttMs = oneWay(forth) + oneWay(back);
  const { loss = 0, corrupt = 0, mbps = Number.POSITIVE_INFINITY } = forth;
  const lacks = (feature: Feature) => without?.some((names) => names.includes(feature)) ?? false;
  const largest = Math.min(forth.mtu ?? mtu, mtu);
  const mss = largest - (isIpv6 ? 60 : 40) - (lacks('timestamps') ? 0 : 12);
  return {
    mss,
    rttMs,
    rtoMs: rttMs + 200,
    loss: 1 - (1 - loss) * (1 - corrupt),
    rate: (mbps * 125 * mss) / (largest + ETHERNET_HEADER_LENGTH),
    window: lacks('windowScaling') || lacks('autoTuning') ? 0x1_0000 : 0x10_0000,
  };
}

/** How long the transfers of an experiment take by the model, and by how slow the applications are. */
export function expectedMs(experiment: Experiment): number {
  const { client, server } = experiment;
  const path = modelOf(experiment);
  const ms = transferMs(client.size, path) + transferMs(server.size, path);
  return ms + slowness(client, server) + slowness(server, client);
}

function slowness(sender: Habit, receiver: Habit): number {
  const { size, piece = size, pauseMs = 0 } = sender;
  const { bite = size, restMs = 0 } = receiver;
  if (size === 0) return 0;
  return (size / piece) * pauseMs + (size / bite) * restMs;
}

function habit(random: Random, size: number): Habit {
  const kind = random.below(6);
  if (kind === 0)
    return { size, piece: 1 + Math.ceil(size / 100), pauseMs: random.pick([0, 1, 30]) };
  if (kind === 1) return { size, bite: 4000, restMs: random.pick([1, 50]) };
  if (kind === 2) return { size, isLast: true };
  return { size };
}
