import { launch } from '@atoll/appliance/launch';
import { decodeLatin1 } from '@atoll/bytes/latin1';
import type { Endpoint, TcpHandler } from '@atoll/device/socket';
import { Logger } from '@atoll/log/log';
import type { LanHost } from '@atoll/sim/host';
import { Lan } from '@atoll/sim/lan';
import { Random } from '@atoll/sim/random';
import { Stack } from '@atoll/stack/stack';
import { nodeFastPaths, OF_STACK } from '@atoll/testbed/fast';
import type { CertificateVerifier } from '@atoll/tls/credentials';
import type { TlsSocket } from '@atoll/tls-socket/socket';
import { TlsSockets } from '@atoll/tls-socket/sockets';
import { algorithms } from '../../src/algorithms.ts';
import { Authority } from '../../src/authority.ts';
import { validityAt } from '../../src/identities.ts';
import { keyScheme } from '../../src/key.ts';
import pinata from '../../src/main.ts';
import { Forge } from './forge.ts';

export const PINATA = 0x0a00_0002;
export const SECRET = 'three sweets & a <b>wallet</b>';
const fast = await nodeFastPaths(OF_STACK);
export const known = algorithms(fast);
const SEED = 4711;

/** How a connection with the bait ended for whoever made it. */
export interface Ended {
  received: string;
  failure: string | undefined;
  reason: string | undefined;
  isConnected: boolean;
}

/** The Pinata on a simulated network, and somebody who attacks it. Its entropy is known, so its authority is, too. */
export class World {
  readonly lan: Lan;
  readonly forge: Forge;
  readonly authority: Authority;
  /** Frames on the wire, as they are. */
  readonly frames: Uint8Array[] = [];
  readonly attacker: Attacker;
  readonly now: number;

  constructor(seed = 1, words: readonly string[] = []) {
    this.lan = new Lan(seed, {
      allocate: fast.allocate,
      delay: 1,
      observe: (_now, _from, frame) => this.frames.push(frame.slice()),
    });
    const server = this.lan.host('pinata');
    const now = server.clock.wall();
    this.now = now;
    const scheme = keyScheme('p256', known);
    this.authority = new Authority(known, scheme, new Random(SEED), validityAt(now));
    this.forge = new Forge(known, new Random(seed), now, this.authority);
    const loop = launch(pinata, {
      clock: server.clock,
      entropy: new Random(SEED),
      console: { write: () => {} },
      fast,
      sockets: undefined,
      target: 'node',
      image: '',
      words: ['--ipv4=10.0.0.2/24', '--ipv6=none', `--secret=${SECRET}`, ...words],
      freeMemory: () => 2 ** 26,
      memorySize: () => 2 ** 27,
      devices: [{ name: 'service', type: 'network' }],
      network: () => server.device,
      block: () => undefined,
      halt: (status) => {
        throw new Error(`it stopped with ${status}`);
      },
    });
    server.run({ poll: () => loop?.step() ?? Number.POSITIVE_INFINITY });
    this.attacker = this.host('attacker', 0x0a00_0009);
  }

  host(name: string, address: number): Attacker {
    return new Attacker(this.lan, this.lan.host(name), address);
  }
}

/** Takes any certificate: an attacker does not care. */
export const ANYBODY: CertificateVerifier = {
  schemes: [0x0403],
  verify: () => ({ ok: true, value: { verify: () => true } }),
};

/** A host with our stack and our TLS, on the other side. */
export class Attacker {
  readonly stack: Stack;
  readonly tls: TlsSockets;
  readonly #lan: Lan;
  readonly #host: LanHost;

  constructor(lan: Lan, host: LanHost, address: number) {
    this.#lan = lan;
    this.#host = host;
    const system = { clock: host.clock, entropy: host.entropy, wake: () => host.wake() };
    const log = new Logger(() => {}, 'quiet');
    this.stack = new Stack({ ...system, log });
    this.stack.attach({ device: host.device, ipv4: { address, length: 24 } });
    this.tls = new TlsSockets(system);
    host.run(this.stack);
    host.run(this.tls);
  }

  /** Takes the cable out, or puts it in again. */
  set isPlugged(is: boolean) {
    this.#host.plugged = is;
  }

  /** Does `action` now, and lets `milliseconds` go by. */
  act(action: () => void, milliseconds = 30_000): void {
    this.#lan.after(0, action);
    this.#lan.run(this.#lan.now + milliseconds);
  }

  to(port: number): Endpoint {
    return { address: PINATA, port };
  }
}

/** Notes what comes over a connection, and how it ends. */
export function note(ended: Ended): (socket: TlsSocket) => TcpHandler {
  return (socket) => ({
    onConnected() {
      ended.isConnected = true;
    },
    onReadable() {
      for (let bytes = socket.peek(); bytes.length > 0; bytes = socket.peek()) {
        ended.received += decodeLatin1(bytes);
        socket.consume(bytes.length);
      }
      if (socket.isFinished) socket.end();
    },
    onClosed(reason) {
      ended.reason = reason;
      ended.failure = socket.failure?.reason;
    },
  });
}

export function nothingYet(): Ended {
  return { received: '', failure: undefined, reason: undefined, isConnected: false };
}
