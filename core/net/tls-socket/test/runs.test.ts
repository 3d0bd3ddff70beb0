/** How much of what came is opened at a time, over connections without a network. */
import type { TcpConnection, TcpHandler } from '@atoll/device/socket';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { TlsSockets } from '../src/sockets.ts';
import { ALICE, BOB, CLIENT, inRuns, LazySide, SERVER, Side, TARGET } from './kit.ts';

/** One end of a wire on which nothing waits for room. */
class Wire implements TcpConnection {
  readonly local = { address: BOB, port: 1 };
  readonly remote = { address: ALICE, port: 2 };
  readonly room = 2 ** 20;
  readonly isFinished = false;
  noDelay = false;
  keepAliveMs = 0;
  other: Wire | undefined;
  handler: TcpHandler | undefined;
  #received = new Uint8Array(0);
  #isNew = false;

  peek(): Uint8Array {
    return this.#received;
  }

  consume(count: number): void {
    this.#received = this.#received.subarray(count);
  }

  write(bytes: Uint8Array): number {
    this.other?.take(bytes);
    return bytes.length;
  }

  take(bytes: Uint8Array): void {
    this.#received = Uint8Array.of(...this.#received, ...bytes);
    this.#isNew = true;
  }

  /** Tells the handler; answers whether there was anything to tell. */
  deliver(): boolean {
    const { handler } = this;
    if (!this.#isNew || handler === undefined) return false;
    this.#isNew = false;
    handler.onReadable();
    return true;
  }

  end(): void {}
  abort(): void {}
}

const clock = { monotonic: () => 0, wall: () => 1_800_000_000_000 };

/** A server to which connections are made whose handlers read nothing. */
function lazyServer(): () => LazySide {
  const sockets = () => new TlsSockets({ clock, entropy: new Random(5), wake() {} });
  const [alice, bob] = [sockets(), sockets()];
  return () => {
    const [near, far] = [new Wire(), new Wire()];
    [near.other, far.other] = [far, near];
    let lazy: LazySide | undefined;
    const accept = (connection: TcpConnection) => {
      lazy = new LazySide(connection, 0);
      return lazy;
    };
    const send = (connection: TcpConnection) => Object.assign(new Side(connection, SIZE), WHOLE);
    near.handler = alice.opening(CLIENT, TARGET, send)(near);
    far.handler = bob.serving(inRuns(SERVER), accept)(far);
    near.handler.onConnected?.();
    while (far.deliver() || near.deliver());
    return lazy as LazySide;
  };
}

const SIZE = 65_536;
const WHOLE = { portion: SIZE };

it('shows all that came together, and less where handlers have left a mebibyte', () => {
  const connect = lazyServer();
  const sides = Array.from({ length: 2 ** 20 / SIZE }, connect);
  for (const { connection } of sides) expect(connection.peek()).toHaveLength(SIZE);
  const poor = connect();
  expect(poor.connection.peek()).toHaveLength(2 ** 14);
  // Who reads makes room.
  const [first] = sides;
  first.take(SIZE);
  const next = connect();
  expect(next.connection.peek()).toHaveLength(SIZE);
  for (const side of [first, next, poor]) {
    side.take(side.connection.peek().length);
    while (side.connection.peek().length > 0) side.take(side.connection.peek().length);
    expect(side).toMatchObject({ received: SIZE, isIntact: true });
  }
});
