/**
 * A web server as an image for unix under all sorts of clients for a while: wrk with many connections, uploads, whoever drips,
 * takes nothing or leaves in the middle. Every ten seconds it says how much memory the server has, and how it answers; in the
 * end whether that was flat: `pnpm soak:http [SECONDS]`, ten minutes when left out. In the first minutes
 * the memory of TCP grows to what it may be: of a shorter run only the figures count.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Drip } from '../src/client/drip.ts';
import { Hold } from '../src/client/hold.ts';
import { demand } from '../src/contest.ts';
import { SERVER, urlOf, WebBed, webImages } from '../test/web/bed.ts';

const SECONDS = Number(process.argv[2] ?? 600);
const STEP_MS = 10_000;
/** What the memory may grow by in the second half: a program that leaks something for each request grows by more. */
const GROWTH_KIB = 2048;

demand(['curl', 'wrk', 'cc']);
const { unix } = await webImages(['unix']);
const bed = new WebBed(unix, ['--patience=2', '--connections=600']);
try {
  await bed.start(64);
  const upload = join(bed.lan.folder, 'upload');
  writeFileSync(upload, new Uint8Array(500_000));
  const end = performance.now() + SECONDS * 1000;
  const isOver = () => performance.now() >= end;
  const crowd = { connections: 100, port: 80, pauseMs: 200 };
  const request = 'GET /bytes/1000000 HTTP/1.1\r\nHost: a\r\n\r\n';
  const habits = [
    () => wrk('/', 50),
    () => wrk('/bytes/50000', 10),
    () => bed.curl('/echo', '-T', upload, '-o', '/dev/null'),
    () => bed.curl('/throws').catch(() => undefined),
    async () => {
      const drip = await Drip.start(bed.client, SERVER, {
        ...crowd,
        text: 'GET / HTTP/1.1\r\nX: ',
      });
      await drip.ended(60_000);
    },
    async () => {
      const drip = await Drip.start(bed.client, SERVER, { ...crowd, text: request, isDeaf: true });
      await drip.ended(60_000);
    },
    async () => {
      const hold = await Hold.start(bed.client, SERVER, { ...crowd, isEndless: true });
      await hold.reset();
      await hold.stop();
    },
  ];
  // Among so many that do harm, some of the others are turned away.
  const visits = { done: 0, failed: 0 };
  const clients = habits.map(async (habit) => {
    while (!isOver() && bed.server.alive) {
      await habit().then(
        () => visits.done++,
        () => visits.failed++,
      );
    }
  });
  const sizes: number[] = [];
  while (!isOver()) {
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    sizes.push(bed.server.memory());
    const passed = Math.round((performance.now() - end) / 1000 + SECONDS);
    const processor = `${bed.server.processorTime().toFixed(1)} s of processor`;
    const counts = `${visits.done} visits, ${visits.failed} failed`;
    console.log(`${passed} s  ${sizes.at(-1)} KiB  ${processor}  ${counts}`);
  }
  await Promise.all(clients);
  const growth = Math.max(...sizes) - Math.max(...sizes.slice(0, Math.ceil(sizes.length / 2)));
  console.log(`grew by ${growth} KiB in the second half`);
  if (!bed.server.alive || growth > GROWTH_KIB) process.exitCode = 1;
} finally {
  await bed.stop();
}

async function wrk(path: string, connections: number): Promise<void> {
  await bed.client.succeed(['wrk', '-t1', `-c${connections}`, '-d3', urlOf(path)]);
}
