import { writeSync } from 'node:fs';
import type { Console } from '@atoll/device/system';

/** Standard output; synchronous, so that the last line before an exit is not lost. */
export const nodeConsole: Console = {
  write(text) {
    try {
      writeSync(1, text);
    } catch (error) {
      // A reader that went away is no reason to stop serving.
      if (!isBrokenPipe(error)) throw error;
    }
  },
};

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['EPIPE', 'EAGAIN'].includes(`${error.code}`);
}
