import type { FaultOptions } from '@atoll/device/fault';
import { Faults } from '@atoll/device/fault';
import { frameIn } from '@atoll/device/frame';
import type { Frame } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6, etherTypeOf } from '@atoll/ethernet/packet';
import type { HostOptions, LanHost } from '@atoll/sim/host';
import type { LanOptions } from '@atoll/sim/lan';
import { Lan } from '@atoll/sim/lan';
import { wireFrames } from '@atoll/sim/wire-frames';
import { tooBig } from './too-big.ts';

/** One direction of a path. Delays and faults come after the queue. */
export interface PathOptions extends FaultOptions {
  /** Megabits of frames per second; endless when left out. */
  readonly mbps?: number;
  /** How many bytes wait for the link at most; the frame that comes then is lost. Endless when left out. */
  readonly queue?: number;
  /** The longest IP packet that passes. */
  readonly mtu?: number;
  /** Whether the sender of a longer one is told, as routers should: a path that does not is a black hole. */
  readonly isSilent?: boolean;
}

/**
 * Two hosts, and between them a path with a rate and a drop-tail queue in each direction. Neighbours are
 * asked on the link, not across the path: what is not TCP arrives at once and unharmed.
 */
export class Bottleneck extends Lan {
  readonly #directions: [Direction, Direction];
  readonly #hosts: LanHost[] = [];

  /** `forth` is what the first host's packets meet, `back` those of the second: the same when left out. */
  constructor(
    seed: number,
    forth: PathOptions,
    back: PathOptions = forth,
    options: Pick<LanOptions, 'mtu' | 'offloads'> = {},
  ) {
    super(seed, options);
    this.#directions = [new Direction(this, forth), new Direction(this, back)];
  }

  override host(name: string, mac?: number, options?: HostOptions): LanHost {
    const host = super.host(name, mac, options);
    this.#hosts.push(host);
    return host;
  }

  /** Changes the path for everything that is sent from now on. */
  change(forth: PathOptions, back: PathOptions = forth): void {
    this.#directions[0].change(forth);
    this.#directions[1].change(back);
  }

  /** What became of the packets of the first host, or of the second. */
  count(sender: 0 | 1): Readonly<PathCounts> {
    return this.#directions[sender].counts;
  }

  /** How many bytes wait for the link in the direction of the second host. */
  get queued(): number {
    return this.#directions[0].backlog(this.now);
  }

  override carry(sender: LanHost, frame: Frame): void {
    if (!sender.plugged) return;
    const [first, second] = this.#hosts;
    const receiver = sender === first ? second : first;
    for (const bytes of wireFrames(frame)) {
      if (isTcp(bytes)) this.#pass(sender, receiver, bytes);
      else this.#deliver(receiver, bytes, 0);
    }
  }

  #pass(sender: LanHost, receiver: LanHost, bytes: Uint8Array): void {
    const direction = this.#directions[sender === this.#hosts[0] ? 0 : 1];
    const { faults, options, counts } = direction;
    counts.packets++;
    const { mtu = Number.POSITIVE_INFINITY, isSilent = false } = options;
    if (bytes.length - ETHERNET_HEADER_LENGTH > mtu) {
      counts.tooBig++;
      if (!isSilent) this.#deliver(sender, tooBig(bytes, mtu), ROUTER_MS);
      return;
    }
    const wait = direction.enqueue(bytes.length, this.now);
    if (wait === undefined) {
      counts.overflowed++;
      return;
    }
    const delays = faults.delays();
    if (delays.length === 0) counts.lost++;
    for (const delay of delays) {
      const copy = bytes.slice();
      if (faults.damage(copy)) counts.damaged++;
      this.#deliver(receiver, copy, wait + delay);
    }
  }

  #deliver(receiver: LanHost, bytes: Uint8Array, delay: number): void {
    const frame = frameIn({ bytes, address: 0 });
    frame.length = bytes.length;
    this.schedule(this.now + delay, () => receiver.arrive(frame));
  }
}

export interface PathCounts {
  packets: number;
  overflowed: number;
  lost: number;
  damaged: number;
  tooBig: number;
}

class Direction {
  readonly counts: PathCounts = { packets: 0, overflowed: 0, lost: 0, damaged: 0, tooBig: 0 };
  options: PathOptions;
  faults: Faults;
  readonly #lan: Lan;
  /** When the link has sent everything that waits. */
  #free = 0;

  constructor(lan: Lan, options: PathOptions) {
    this.#lan = lan;
    this.options = options;
    this.faults = new Faults(lan.random, options);
  }

  change(options: PathOptions): void {
    this.options = options;
    this.faults = new Faults(this.#lan.random, options);
  }

  backlog(now: number): number {
    return Math.max(this.#free - now, 0) * bytesPerMs(this.options);
  }

  /** How long it takes until `length` bytes have left; `undefined` when there is no room for them. */
  enqueue(length: number, now: number): number | undefined {
    const rate = bytesPerMs(this.options);
    if (rate === Number.POSITIVE_INFINITY) return 0;
    const { queue = Number.POSITIVE_INFINITY } = this.options;
    if (this.backlog(now) > queue) return undefined;
    this.#free = Math.max(this.#free, now) + length / rate;
    return this.#free - now;
  }
}

function bytesPerMs({ mbps = Number.POSITIVE_INFINITY }: PathOptions): number {
  return mbps * 125;
}

function isTcp(bytes: Uint8Array): boolean {
  const type = etherTypeOf(bytes);
  if (type === ETHERTYPE_IPV4) return bytes[ETHERNET_HEADER_LENGTH + 9] === TCP;
  return type === ETHERTYPE_IPV6 && bytes[ETHERNET_HEADER_LENGTH + 6] === TCP;
}

const TCP = 6;
/** How far away the router is that tells of packets that are too big. */
const ROUTER_MS = 1;
