import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import type { BodyReader } from './message.ts';

/** All of `body`; a failure when it has more than `limit` octets or does not come to its end. */
export function readBody(body: BodyReader, limit: number): Promise<Result<Uint8Array>> {
  return new Promise((resolve) => {
    const gathered = new Gathered(limit);
    const read = () => {
      for (let bytes = body.peek(); bytes.length > 0; bytes = body.peek()) {
        if (!gathered.add(bytes)) {
          body.onReadable = undefined;
          resolve(malformed(`a body of more than ${limit} octets`));
          return;
        }
        body.consume(bytes.length);
      }
      if (body.failure !== undefined) resolve({ ok: false, error: body.failure });
      else if (body.isFinished) resolve(ok(gathered.bytes()));
    };
    body.onReadable = read;
    read();
  });
}

class Gathered {
  readonly #limit: number;
  #bytes = new Uint8Array(0);
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: Uint8Array): boolean {
    const length = this.#length + bytes.length;
    if (length > this.#limit) return false;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(this.#limit, Math.max(length, this.#length * 2)));
      grown.set(this.bytes());
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
    return true;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
