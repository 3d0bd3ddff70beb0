import type { StoreRing } from '../src/store/client.ts';
import {
  decodeParts,
  encodeMessage,
  encodeParts,
  type StoreMessage,
  StoreReader,
  TYPE,
} from '../src/store/packet.ts';

/** The other end of a store ring: a tree of values with watches, which answers in order. */
export class Xenstored implements StoreRing {
  readonly values = new Map<string, string>();
  /** How many transactions are still refused as overtaken. */
  conflicts = 0;
  /** Bytes that go into the ring at one time. */
  room = 1024;
  /** Keeps answers back. */
  isSilent = false;
  readonly #reader = new StoreReader();
  #answers: number[] = [];
  readonly #watches: { path: string; token: string }[] = [];
  #transactions = 0;
  readonly #pending = new Map<number, Map<string, string>>();

  storeWrite(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room);
    for (const message of this.#reader.push(bytes.subarray(0, count))) this.#handle(message);
    return count;
  }

  storeRead(bytes: Uint8Array): number {
    if (this.isSilent) return 0;
    const part = this.#answers.splice(0, Math.min(bytes.length, this.room));
    bytes.set(part);
    return part.length;
  }

  /** What a tool does. */
  set(path: string, value: string | undefined): void {
    if (value === undefined) {
      for (const key of [...this.values.keys()]) {
        if (key === path || key.startsWith(`${path}/`)) this.values.delete(key);
      }
    } else this.values.set(path, value);
    for (const watch of this.#watches) {
      if (path === watch.path || path.startsWith(`${watch.path}/`)) {
        this.#send(TYPE.watchEvent, 0, encodeParts([path, watch.token]));
      }
    }
  }

  get watchCount(): number {
    return this.#watches.length;
  }

  #handle(message: StoreMessage): void {
    const { type, request } = message;
    const parts = this.#answer(message);
    if (typeof parts === 'string') this.#send(TYPE.error, request, encodeParts([parts]));
    else this.#send(type, request, encodeParts(parts));
    // A watch tells its owner once that it is there.
    if (type === TYPE.watch) this.#send(TYPE.watchEvent, 0, message.payload);
  }

  /** The parts of an answer, or the name of an error. */
  #answer({ type, transaction, payload }: StoreMessage): string[] | string {
    const [path, second = ''] = decodeParts(payload);
    switch (type) {
      case TYPE.read: {
        const value = this.values.get(path);
        return value === undefined ? 'ENOENT' : [value];
      }
      case TYPE.directory: {
        const below = [...this.values.keys()].filter((key) => key.startsWith(`${path}/`));
        return [...new Set(below.map((key) => key.slice(path.length + 1).split('/')[0]))];
      }
      case TYPE.write: {
        const written = this.#pending.get(transaction);
        if (written === undefined) this.set(path, second);
        else written.set(path, second);
        return ['OK'];
      }
      case TYPE.watch:
        this.#watches.push({ path, token: second });
        return ['OK'];
      case TYPE.unwatch: {
        const index = this.#watches.findIndex(({ token }) => token === second);
        if (index < 0) return 'ENOENT';
        this.#watches.splice(index, 1);
        return ['OK'];
      }
      case TYPE.transactionStart:
        this.#pending.set(++this.#transactions, new Map());
        return [`${this.#transactions}`];
      case TYPE.transactionEnd:
        return this.#endTransaction(transaction, path === 'T');
      default:
        return 'ENOSYS';
    }
  }

  #endTransaction(transaction: number, isGood: boolean): string[] | string {
    const written = this.#pending.get(transaction) ?? new Map<string, string>();
    this.#pending.delete(transaction);
    if (this.conflicts > 0) {
      this.conflicts--;
      return 'EAGAIN';
    }
    if (isGood) for (const [key, value] of written) this.set(key, value);
    return ['OK'];
  }

  #send(type: number, request: number, payload: Uint8Array): void {
    this.#answers.push(...encodeMessage({ type, request, transaction: 0, payload }));
  }
}
