import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import { describe, expect, it } from 'vitest';
import { readBody } from '../../src/body.ts';
import { describe as describeFrame } from '../../src/http2/frame.ts';
import { FakeConnection } from '../kit.ts';
import { CASES, isAsExpected } from './cases.ts';
import { benchOf, framesIn } from './client.ts';

const hello = { status: 200, body: encodeLatin1('hello') };

describe('the cases of h2spec', () => {
  it.each(CASES.map((one) => [one.section, one.what, one] as const))(
    '%s: %s',
    async (_section, _what, { sent, expected }) => {
      const bench = benchOf((request) =>
        request.body.isFinished ? hello : readBody(request.body, 100_000).then(() => hello),
      );
      const connection = Object.assign(new FakeConnection(), { connected: { protocol: 'h2' } });
      connection.handler = bench.server.accept(connection, 'https');
      connection.handler.onConnected?.();
      for (const piece of sent) {
        connection.send(decodeLatin1(piece));
        await new Promise((resolve) => setTimeout(resolve, 0));
        bench.poll();
      }
      const frames = framesIn(encodeLatin1(connection.taken()));
      expect(isAsExpected(expected, frames), frames.map(describeFrame).join('\n')).toBe(true);
      expect(connection.hasEnded).toBe(expected.startsWith('connection'));
    },
  );
});
