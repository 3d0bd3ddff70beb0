import { encodeLatin1 } from '@atoll/bytes/latin1';
import { expect, it } from 'vitest';
import { ServerEngine } from '../../src/http1/server-engine.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const LIMITS = { ...DEFAULT_LIMITS, body: 100, headMs: 1000, bodyRate: 10 };

function feed(engine: ServerEngine, text: string): void {
  engine.receive(encodeLatin1(text), 0);
}

it('refuses a body of more than the limit, also one that the handler took slowly', () => {
  const engine = new ServerEngine(LIMITS, 0);
  feed(engine, HEAD);
  for (const size of ['32\r\n', '\r\n32\r\n']) {
    feed(engine, size);
    expect(engine.payload).toBe(50);
    engine.take(50);
    engine.excuse(500);
  }
  feed(engine, '\r\n1\r\n');
  expect(engine).toMatchObject({ phase: 'refused', refusal: { status: 413 } });
  // Nothing of what is too much is handed on.
  expect(engine.payload).toBe(0);
});

it('waits for a body as long as it comes at the least rate, from when the handler was ready', () => {
  const engine = new ServerEngine(LIMITS, 0);
  feed(engine, HEAD);
  feed(engine, '32\r\n');
  engine.take(20);
  expect(engine.deadline).toBe(1000 + 2000);
  engine.excuse(5000);
  expect(engine.deadline).toBe(5000 + 1000);
  engine.take(10);
  expect(engine.deadline).toBe(5000 + 1000 + 1000);
});
