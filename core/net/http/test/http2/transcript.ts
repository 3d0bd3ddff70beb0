import { decodeLatin1 } from '@atoll/bytes/latin1';
import { Engine } from '../../src/http2/engine.ts';
import { describe } from '../../src/http2/frame.ts';
import type { Event } from '../../src/http2/state.ts';
import type { Stream } from '../../src/http2/stream.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';

const LIMITS = { ...DEFAULT_LIMITS, body: 2000, fieldBytes: 2000, fields: 20 };

/**
 * What an engine makes of `pieces` that come one after the other, when nobody answers anything: a line for each request,
 * for what came of its body, for what became of it, and for each frame to send. Bodies are read as they come.
 */
export function transcript(pieces: readonly Uint8Array[]): string[] {
  const engine = new Engine({ scheme: 'https', limits: LIMITS, streams: 5 }, 0);
  const lines: string[] = [];
  const sent: string[] = [];
  const bodies = new Map<Stream, string>();
  for (const piece of pieces) {
    let at = 0;
    for (let steps = 0; at < piece.length; steps++) {
      if (steps > piece.length + 10) throw new Error('it goes on and on');
      const used = engine.receive(piece.subarray(at), 0);
      if (used > piece.length - at) throw new Error('more was used than there is');
      at += used;
      const events = engine.events.splice(0);
      const control = engine.control.splice(0);
      for (const event of events) handle(engine, event, lines, bodies);
      sent.push(...control.map(describe));
    }
  }
  if (engine.streams.byId.size > 5) throw new Error('more streams than the limit');
  for (const [{ id, isReceiving, trailers }, body] of bodies) {
    lines.push(`${isReceiving ? 'open' : 'end'} ${id}: ${body} ${trailers?.toString()}`);
  }
  return [...lines, ...sent, `over: ${engine.failure?.reason}`];
}

function handle(engine: Engine, event: Event, lines: string[], bodies: Map<Stream, string>): void {
  const { stream } = event;
  switch (event.kind) {
    case 'request': {
      const { method, target, headers, length } = event.head;
      lines.push(JSON.stringify([stream.id, method, target, headers.toString(), length]));
      break;
    }
    case 'refused':
      lines.push(`refused ${stream.id}: ${event.refusal.status} ${event.refusal.reason}`);
      break;
    case 'reset':
      lines.push(`reset ${stream.id}: ${event.reason}`);
      bodies.delete(stream);
      break;
    default: {
      const bytes = stream.peek();
      bodies.set(stream, (bodies.get(stream) ?? '') + decodeLatin1(bytes));
      engine.flow.consume(stream, bytes.length);
    }
  }
}
