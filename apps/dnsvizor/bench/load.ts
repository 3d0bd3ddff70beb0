/**
 * A minute under load, with five times more names than the cache holds: every other second the
 * memory of the process is sampled. It has to stay flat; the ratio is that of the memory after a
 * sixth of the time to that at the end, so growth makes it less than 1.
 */
import { Bed, NETWORK } from '@atoll/testbed/bed';
import { parseDnsperf, startDnsperf } from '@atoll/testbed/client/dnsperf';
import { CLIENT_CORE, demand, ON_SERVER_CORE, printRatio } from '@atoll/testbed/contest';
import type { Target } from '@atoll/testbed/target';
import { node, present, unix } from './contest.ts';
import { manyNames } from './zone.ts';

const SECONDS = 60;
const SAMPLE_SECONDS = 2;
const NAMES = 50_000;

demand(['dnsperf']);
const [target] = present(unix, node);
if (target !== undefined) await load(target);

async function load(target: Target): Promise<void> {
  const { zone, questions } = manyNames(NAMES);
  const bed = new Bed(target, {}, zone);
  await bed.start({ through: ON_SERVER_CORE });
  const plan = {
    questions,
    seconds: SECONDS,
    ...(CLIENT_CORE !== undefined && { core: CLIENT_CORE }),
  };
  const client = startDnsperf(bed.lan, bed.client, NETWORK.server, plan);

  const samples: number[] = [];
  const sampler = setInterval(() => {
    samples.push(bed.server.memory());
    const seconds = String(samples.length * SAMPLE_SECONDS).padStart(3);
    console.log(`${seconds} s  ${(bed.server.memory() / 1024).toFixed(2)} MiB`);
  }, SAMPLE_SECONDS * 1000);
  const { stdout } = await client.ended;
  clearInterval(sampler);

  const { completed, lost, queriesPerSecond, codes } = parseDnsperf(stdout);
  const answers = [...codes].map(([code, count]) => `${count} ${code}`).join(', ');
  console.log(
    `${target.name}: ${completed} answers (${answers}), ${lost} lost, ${Math.round(queriesPerSecond)}/s`,
  );
  await bed.stop();

  const early = samples[Math.floor(samples.length / 6)];
  const late = samples[samples.length - 1];
  printRatio(`memory-${target.name}-early`, 'late', early, late);
}
