import type { BlockDevice, BlockGeometry, BlockRequest } from './block.ts';
import { checkRequest, countRequest, zeroBlockCounters } from './block.ts';

/**
 * A disk that does what it is asked before the call returns, such as a file with a kernel that waits for
 * it. The calls take the handle themselves and answer false when the disk failed.
 */
export interface DiskCalls {
  readonly handle: number;
  readonly read: (handle: number, block: number, bytes: Uint8Array) => boolean;
  readonly write: (handle: number, block: number, bytes: Uint8Array) => boolean;
  readonly persist: (handle: number, block: number, bytes: Uint8Array) => boolean;
  readonly flush: (handle: number) => boolean;
}

/** Every request has ended when `submit` returns; {@link PROMPT_QUEUE} of them wait for `complete`. */
export function promptDisk(
  about: BlockGeometry,
  { handle, read, write, persist, flush }: DiskCalls,
): BlockDevice {
  const counters = zeroBlockCounters();
  const ended: BlockRequest[] = [];
  const isDone = ({ operation, block, bytes }: BlockRequest): boolean => {
    if (operation === 'read') return read(handle, block, bytes);
    if (operation === 'persist') return persist(handle, block, bytes);
    return operation === 'write' ? write(handle, block, bytes) : flush(handle);
  };
  return {
    ...about,
    counters,
    submit(request) {
      checkRequest(about, request);
      if (ended.length === PROMPT_QUEUE) return false;
      request.failure = isDone(request) ? undefined : 'the disk reports an error';
      countRequest(counters, request);
      ended.push(request);
      return true;
    },
    complete: () => ended.shift(),
  };
}

/** Requests that a prompt disk holds until somebody completes them. */
export const PROMPT_QUEUE = 64;
