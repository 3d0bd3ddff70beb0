/**
 * `pnpm plot:tcp`: the pictures of docs/tcp-simulation.md. Everything is simulated, so they come out the
 * same as long as TCP does.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { TcpFeatures } from '@atoll/tcp/features';
import { ALL_FEATURES } from '@atoll/tcp/features';
import { newReno } from '@atoll/tcp/newreno';
import type { PathOptions } from '../test/simulation/bottleneck.ts';
import { ENDLESS, goodput } from '../test/simulation/measure.ts';
import type { Feature } from '../test/simulation/meeting.ts';
import { Meeting } from '../test/simulation/meeting.ts';
import { pftk } from '../test/simulation/model.ts';
import { modelOf } from '../test/simulation/scenario.ts';
import type { Chart, Series } from './chart.ts';
import { draw } from './chart.ts';

interface Paths {
  readonly forth: PathOptions;
  readonly back?: PathOptions;
}

type Congestion = TcpFeatures['congestion'];
type Point = [x: number, y: number];

const FOLDER = new URL('../../../../docs/pictures/', import.meta.url);
const SEEDS = [1, 2, 3];
const MBPS = 20;
const QUEUE = 100_000;
const [TEAL, CORAL, SAND, BLUE, GREY] = ['#0f8b80', '#d9573a', '#c08a1e', '#3b72b8', '#7b8794'];

mkdirSync(FOLDER, { recursive: true });
picture('tcp-loss', 'Throughput against loss: 20 Mbit/s, round trip of 40 ms', [lossChart()]);
picture(
  'tcp-window',
  'One connection at a bottleneck: 20 Mbit/s, 40 ms, queue of 100 kB',
  windowCharts(),
);
picture('tcp-delay', 'Throughput against round trip: 20 Mbit/s, queue of 100 kB', [delayChart()]);

function lossChart(): Chart {
  const losses = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.2];
  const path = (loss: number): Paths => {
    const back = { mbps: MBPS, queue: QUEUE, delay: 20 };
    return { forth: { ...back, loss }, back };
  };
  const line = (name: string, colour: string, without: readonly Feature[]): Series => ({
    name,
    colour,
    points: losses.map((loss) => [loss * 100, measure(path(loss), without, 10_000, 40_000)]),
  });
  return {
    x: { label: 'lost segments, %', ticks: [0.01, 0.1, 1, 10, 20], isLogarithmic: true },
    y: { label: 'Mbit/s', ticks: [0.03, 0.1, 0.3, 1, 3, 10, 20], isLogarithmic: true },
    series: [
      line('CUBIC, all features', TEAL, []),
      line('NewReno', BLUE, ['cubic']),
      line('no RACK', SAND, ['rack']),
      line('no SACK', CORAL, ['sack', 'rack']),
      {
        name: 'model (PFTK)',
        colour: GREY,
        isModel: true,
        points: losses.map((loss) => [loss * 100, model(path(loss))]),
      },
    ],
  };
}

function delayChart(): Chart {
  const trips = [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
  const path = (trip: number): Paths => ({ forth: { mbps: MBPS, queue: QUEUE, delay: trip / 2 } });
  const line = (name: string, colour: string, without: readonly Feature[]): Series => ({
    name,
    colour,
    points: trips.map((trip) => {
      const rounds = Math.max(20_000, 100 * trip);
      return [trip, measure(path(trip), without, rounds, rounds, [1])];
    }),
  });
  const limit = (name: string, window: number): Series => ({
    name,
    colour: GREY,
    isModel: true,
    points: trips.map((trip) => {
      const most = modelOf({ seed: 1, ...path(trip), ...ENDLESS }).rate;
      return [trip, inMbps(Math.min(window / trip, most))];
    }),
  });
  return {
    x: {
      label: 'round trip without queue, ms',
      ticks: [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000],
      isLogarithmic: true,
    },
    y: { label: 'Mbit/s', ticks: [0.2, 0.5, 1, 2, 5, 10, 20], isLogarithmic: true },
    series: [
      line('CUBIC, all features', TEAL, []),
      line('NewReno', BLUE, ['cubic']),
      line('no window scaling', CORAL, ['windowScaling']),
      limit('window of 64 KiB', 0x1_0000),
      limit('window of 1 MiB', 0x10_0000),
    ],
  };
}

function windowCharts(): Chart[] {
  const seconds = 40;
  const runs = [
    ['CUBIC', TEAL, ALL_FEATURES.congestion],
    ['NewReno', BLUE, newReno],
  ] as const;
  const windows: Series[] = [];
  const queues: Series[] = [];
  for (const [name, colour, congestion] of runs) {
    const { window, queue } = watch(congestion, seconds);
    windows.push({ name: `${name}: congestion window`, colour, isDense: true, points: window });
    queues.push({ name: `${name}: queue`, colour, isDense: true, points: queue });
  }
  const x = { label: 'seconds', ticks: [0, 10, 20, 30, 40] };
  return [
    { x, y: { label: 'kB', ticks: [0, 100, 200, 300, 400] }, series: windows },
    { x, y: { label: 'kB', ticks: [0, 25, 50, 75, 100] }, series: queues },
  ];
}

/** The congestion window of a client and the queue before it, in kilobytes, ten times a second. */
function watch(congestion: Congestion, seconds: number): Record<'window' | 'queue', Point[]> {
  const window: Point[] = [];
  const queue: Point[] = [];
  let control: ReturnType<Congestion> | undefined;
  const features = {
    congestion(mss: number) {
      control = congestion(mss);
      return control;
    },
  };
  const forth = { mbps: MBPS, queue: QUEUE, delay: 20 };
  const meeting = new Meeting({ seed: 1, forth, ...ENDLESS }, features);
  for (let time = 0; time <= seconds; time += 0.1) {
    window.push([time, (control?.window ?? 0) / 1000]);
    queue.push([time, meeting.lan.queued / 1000]);
    meeting.run(100);
  }
  return { window, queue };
}

/** The mean of what {@link goodput} measures with each of `seeds`, in Mbit/s. */
function measure(
  path: Paths,
  without: readonly Feature[],
  warmUpMs: number,
  ms: number,
  seeds = SEEDS,
): number {
  let sum = 0;
  for (const seed of seeds) {
    sum += goodput({ seed, ...path, without: [without, without] }, warmUpMs, ms);
  }
  return inMbps(sum / seeds.length);
}

/** What Reno does by the model, in Mbit/s; the queue is empty for most of the time. */
function model(path: Paths): number {
  const known = modelOf({ seed: 1, ...path, ...ENDLESS });
  const rttMs = 2 * (path.forth.delay ?? 0);
  return inMbps(pftk({ ...known, rttMs, rtoMs: rttMs + 200 }));
}

function inMbps(bytesPerMs: number): number {
  return (bytesPerMs * 8) / 1000;
}

function picture(name: string, title: string, charts: readonly Chart[]): void {
  const file = new URL(`${name}.svg`, FOLDER);
  const svg = draw(title, charts);
  writeFileSync(file, svg);
  console.log(`${file.pathname}: ${svg.length} bytes`);
}
