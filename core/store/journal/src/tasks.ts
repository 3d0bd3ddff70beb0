import type { BlockRequest } from '@atoll/device/block';
import type { Task } from './region.ts';

/** Runs tasks side by side: hands out the requests that they yield, and resumes each when its have ended. */
export class Tasks {
  readonly #queue: BlockRequest[] = [];
  readonly #waiting = new Map<BlockRequest, Running>();

  /** Runs `task` up to its first requests. */
  start(task: Task<void>): void {
    this.#resume({ task, left: 0 });
  }

  /** The request to be submitted next; {@link shift} says that it was. */
  get next(): BlockRequest | undefined {
    return this.#queue[0];
  }

  shift(): void {
    this.#queue.shift();
  }

  /** `request` has ended. */
  handle(request: BlockRequest): void {
    const running = this.#waiting.get(request);
    if (running === undefined) throw new Error('nobody waits for this request');
    this.#waiting.delete(request);
    if (--running.left === 0) this.#resume(running);
  }

  #resume(running: Running): void {
    for (;;) {
      const { done, value } = running.task.next();
      if (done) return;
      running.left = value.length;
      for (const request of value) {
        this.#waiting.set(request, running);
        this.#queue.push(request);
      }
      if (value.length > 0) return;
    }
  }
}

interface Running {
  readonly task: Task<void>;
  /** How many of its requests have not ended. */
  left: number;
}
