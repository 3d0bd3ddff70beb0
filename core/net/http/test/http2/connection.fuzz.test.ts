import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { Headers } from '../../src/headers.ts';
import { INITIAL_WINDOW, SETTING } from '../../src/http2/code.ts';
import type { Frame } from '../../src/http2/frame.ts';
import type { BodyWriter, Request, Response } from '../../src/message.ts';
import { benchOf, Client, data, get, headers, post, settings } from './client.ts';

const RUNS = Math.ceil(Number(process.env.ATOLL_FUZZ ?? 3000) / 50);
const SEED = Number(process.env.ATOLL_SEED ?? 1);

/** What is still to be answered, and bodies that are made while they are sent. */
class Site {
  readonly #random: Random;
  readonly #waiting: ((response: Response) => void)[] = [];
  opened = 0;
  closed = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  readonly handle = ({ body, path }: Request): Response | Promise<Response> => {
    body.onReadable = () => body.consume(this.#random.below(body.peek().length + 1));
    if (path === '/late') return new Promise((resolve) => this.#waiting.push(resolve));
    return path === '/made' ? this.#made() : this.#whole();
  };

  answer(): void {
    this.#waiting.shift()?.(this.#whole());
  }

  #whole(): Response {
    const headers = new Headers({
      'content-type': 'text/plain',
      etag: `"${this.#random.below(9)}"`,
    });
    return { status: 200, headers, body: new Uint8Array(this.#random.below(60_000)) };
  }

  #made(): Response {
    const random = this.#random;
    let left = random.below(100_000);
    const start = (writer: BodyWriter) => {
      this.opened++;
      return {
        onWritable: () => {
          for (let taken = 1; left > 0 && taken > 0; left -= taken) {
            taken = writer.write(new Uint8Array(Math.min(left, 1 + random.below(5000))));
          }
          if (left > 0) return;
          this.closed++;
          if (random.below(4) === 0) writer.abort();
          else writer.end(random.below(2) === 0 ? new Headers({ 'x-end': 'yes' }) : undefined);
        },
        onClosed: () => {
          this.closed++;
        },
      };
    };
    return { status: 200, body: { start } };
  }
}

it(`keeps the rules through ${RUNS} connections at random`, async () => {
  let answered = 0;
  for (let run = 0; run < RUNS; run++) {
    const random = new Random(SEED * 10_000 + run);
    const site = new Site(random);
    const bench = benchOf(site.handle, {}, 8);
    const client = new Client(bench);
    let window = INITIAL_WINDOW;
    let next = 1;
    let upload = 1;
    for (let step = 0; step < 60; step++) {
      const frame = randomFrame(random, next, upload);
      if (frame.type === 'HEADERS') {
        if (!frame.isEnd) upload = next;
        next += 2;
      }
      if (frame.type === 'WINDOW_UPDATE' && frame.stream === 0) window += frame.increment;
      if (!client.connection.hasEnded) client.send(frame);
      if (random.below(4) === 0) client.connection.capacity = random.pick([0, 10, 5000, 1e9]);
      if (random.below(4) === 0) site.answer();
      if (random.below(4) === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      bench.pass(random.below(100));
      // Takes what came, and throws when it is not frames and blocks of fields.
      for (const frame of client.hear()) if (frame.type === 'DATA') window -= frame.data.length;
      expect(window, `seed ${SEED}, run ${run}`).toBeGreaterThanOrEqual(0);
    }
    client.connection.capacity = 1e9;
    client.hear();
    client.connection.close('reset');
    answered += [...client.answers.values()].filter(({ isEnded }) => isEnded).length;
    expect(bench.server.size).toBe(0);
    expect(site.closed, `seed ${SEED}, run ${run}`).toBe(site.opened);
  }
  expect(answered).toBeGreaterThan(RUNS);
});

/** Mostly what makes sense; `next` is the number of a stream that was not there yet, `upload` of one that sends a body. */
function randomFrame(random: Random, next: number, upload: number): Frame {
  const last = random.below(30) === 0 ? next : Math.max(1, next - 2);
  const stream = Math.max(1, last - 2 * random.below(5));
  const path = random.pick(['/late', '/made', '/whole']);
  switch (random.below(9)) {
    case 0:
    case 1:
    case 2:
      return headers(next, get(path));
    case 3:
      return headers(next, post(path), false);
    case 4:
      return data(
        random.below(20) === 0 ? stream : upload,
        'x'.repeat(random.below(9000)),
        random.below(9) === 0,
      );
    case 5:
      return { type: 'RST_STREAM', stream, code: 8 };
    case 6:
      return settings({ id: SETTING.INITIAL_WINDOW_SIZE, value: random.below(100_000) });
    default: {
      const increment = 1 + random.below(50_000);
      return { type: 'WINDOW_UPDATE', stream: random.pick([0, stream]), increment };
    }
  }
}
