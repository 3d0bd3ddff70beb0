import { encodeLatin1 } from '@atoll/bytes/latin1';
import { ServerEngine } from '../../src/http1/server-engine.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';

const LIMITS = { ...DEFAULT_LIMITS, body: 2000 };
const NO_DATE = new Uint8Array(0);

/**
 * What an engine makes of `pieces` that come one after the other, each request answered at once: a line for each
 * request with its body and trailers, and one for the end. Who answers is greedy: it takes what it can get.
 */
export function transcript(pieces: readonly Uint8Array[]): string[] {
  const engine = new ServerEngine(LIMITS, 0);
  const lines: string[] = [];
  let body = '';
  for (const piece of pieces) {
    let at = 0;
    for (let steps = 0; at < piece.length || engine.phase === 'received'; steps++) {
      if (steps > 3 * piece.length + 10) throw new Error('it goes on and on');
      const rest = piece.subarray(at);
      if (engine.phase === 'body' && engine.payload > 0) {
        const count = Math.min(rest.length, engine.payload);
        body += String.fromCharCode(...rest.subarray(0, count));
        engine.take(count);
        at += count;
      } else if (engine.phase === 'head' || engine.phase === 'body') {
        const used = engine.receive(rest, 0);
        if (used > rest.length) throw new Error('more was used than there is');
        at += used;
      }
      if (engine.phase === 'refused') {
        return [...lines, `refused ${engine.refusal?.status} ${engine.refusal?.reason}`];
      }
      if (engine.phase === 'received') {
        const { method, authority, path, query, headers, isOld } = engine.request ?? {};
        const rest = [headers?.toString(), body, engine.trailers?.toString()];
        lines.push(JSON.stringify([method, authority, path, query, isOld, ...rest]));
        body = '';
        engine.respond({ status: 200 }, 0, NO_DATE, false);
        if (!engine.isPersistent) return [...lines, 'closed'];
        engine.next(0);
      }
    }
  }
  if (body !== '') lines.push(`body so far ${JSON.stringify(body)}`);
  return lines;
}

export function transcriptOf(text: string): string[] {
  return transcript([encodeLatin1(text)]);
}
