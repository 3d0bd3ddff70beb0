import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordWatcher } from '../src/command/pinata/records.ts';

const hello = Buffer.from([22, 3, 1, 0, 2, 1, 0]);
const change = Buffer.from([20, 3, 3, 0, 1, 1]);
const data = Buffer.from([23, 3, 3, 0, 3, 9, 9, 9]);
const alert = Buffer.from([21, 3, 3, 0, 2, 2, 40]);
const other = Buffer.from([99, 3, 3, 0, 0]);

describe('RecordWatcher', () => {
  it('says what is in the clear, however the stream is cut', () => {
    const stream = Buffer.concat([hello, change, data, alert, other, data]);
    const cuts = fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, (places) => {
        const lines: string[] = [];
        const watcher = new RecordWatcher((line) => lines.push(line));
        const ends = [...places.sort((a, b) => a - b), stream.length];
        let start = 0;
        for (const end of ends) {
          watcher.see(stream.subarray(start, end));
          start = end;
        }
        expect(lines).toEqual([
          '     2 bytes  ClientHello, in the clear',
          '     1 bytes  change_cipher_spec, which means nothing',
          '     3 bytes  encrypted',
          '     2 bytes  alert 40, in the clear',
          '     0 bytes  a record of type 99',
          '     3 bytes  encrypted',
        ]);
        expect(watcher.hidden).toBe(6);
      }),
    );
  });

  it('bears anything', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        const watcher = new RecordWatcher(() => {});
        for (const chunk of chunks) watcher.see(Buffer.from(chunk));
      }),
    );
  });
});
