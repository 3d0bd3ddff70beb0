import type { BodyProducer, BodyStream, BodyWriter } from '@atoll/http/message';

/** What is served at one version; it stays for as long as somebody reads it. */
interface Copy {
  readonly version: number;
  readonly bytes: Uint8Array;
  readers: number;
}

/**
 * Bodies of something that changes: one copy of each version for all who read it. Who reads slowly keeps a copy in
 * memory, and HTTP/2 lets a stranger read thousands at a time. When those that are read come to too many bytes, no new
 * one is made: the last one is served until some were read.
 */
export class SharedBody {
  readonly #make: () => Uint8Array;
  readonly #version: () => number;
  readonly #most: number;
  #last: Copy | undefined;
  #size = 0;

  /** What `make` answers changes with `version`. Copies that are read have `most` bytes together, and one copy more. */
  constructor(make: () => Uint8Array, version: () => number, most: number) {
    this.#make = make;
    this.#version = version;
    this.#most = most;
  }

  /** Bytes of the copies that are read. */
  get size(): number {
    return this.#size;
  }

  /** What is there when the first of it can be sent: who asks and takes nothing has nothing here. */
  readonly body: BodyStream = { start: (writer) => this.#send(this.#copy(), writer) };

  #copy(): Copy {
    const last = this.#last;
    const version = this.#version();
    if (last?.version === version) return last;
    if (last !== undefined && this.#size >= this.#most) return last;
    this.#last = { version, bytes: this.#make(), readers: 0 };
    return this.#last;
  }

  #send(copy: Copy, writer: BodyWriter): BodyProducer {
    let rest = copy.bytes;
    if (copy.readers++ === 0) this.#size += copy.bytes.length;
    return {
      onWritable: () => {
        rest = rest.subarray(writer.write(rest));
        if (rest.length > 0) return;
        this.#leave(copy);
        writer.end();
      },
      onClosed: () => this.#leave(copy),
    };
  }

  #leave(copy: Copy): void {
    if (--copy.readers === 0) this.#size -= copy.bytes.length;
  }
}
