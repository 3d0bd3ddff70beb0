import type { Namespace } from '../namespace.ts';
import type { Command, Running } from '../process.ts';

/** Loads a TCP echo server by the native program `tcp-load`. */
export class TcpLoad {
  readonly #client: Namespace;
  readonly #program: Command;
  readonly #server: readonly string[];

  /** `program` is its path, behind what it shall be started through. */
  constructor(client: Namespace, program: Command, address: string, port = 7) {
    this.#client = client;
    this.#program = program;
    this.#server = [address, String(port)];
  }

  /** How often per second one byte goes there and back over one connection. */
  pingPong(seconds: number): Promise<number> {
    return this.#rate('rr', seconds);
  }

  /** Connections per second, each with one byte there and back, `atOnce` of them at a time. */
  connects(seconds: number, atOnce: number): Promise<number> {
    return this.#rate('connects', seconds, atOnce);
  }

  /** Opens `count` connections, which stay until the program is stopped. */
  async idle(count: number): Promise<Running> {
    const words = [...this.#program, 'idle', ...this.#server, String(count)];
    const program = this.#client.start(words, { keepInput: true });
    await program.says(/^\d+$/m, 30_000);
    return program;
  }

  async #rate(what: string, ...numbers: number[]): Promise<number> {
    const words = [what, ...this.#server, ...numbers.map(String)];
    return Number(await this.#client.succeed([...this.#program, ...words]));
  }
}
