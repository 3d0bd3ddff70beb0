import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import type { MultipartLimits } from '../src/multipart.ts';
import { MultipartReader } from '../src/multipart.ts';

/** What is found in `pieces`, a part and its data in one line; the last line says how it ended. */
export function partsIn(
  boundary: string,
  pieces: readonly string[],
  limits?: MultipartLimits,
): string[] {
  const reader = new MultipartReader(boundary, limits);
  const lines: string[] = [];
  for (const piece of pieces) {
    const events = reader.push(encodeLatin1(piece));
    if (!events.ok) return [...lines, events.error.reason];
    for (const event of events.value) {
      if (event.kind === 'part')
        lines.push(`${event.name}|${event.filename}|${event.headers.size}|`);
      if (event.kind === 'data') lines[lines.length - 1] += decodeLatin1(event.bytes);
    }
  }
  const ended = reader.end();
  return [...lines, ended.ok ? 'end' : ended.error.reason];
}
