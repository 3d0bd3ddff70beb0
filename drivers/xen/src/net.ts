import type { FastPaths } from '@atoll/device/fast';
import { emptyFrame, frameIn } from '@atoll/device/frame';
import type { Host } from '@atoll/device/host';
import type { Frame, NetworkCounters, NetworkDevice, Offloads } from '@atoll/device/network';
import { FRAME_CAPACITY, LARGE_FRAME_CAPACITY, zeroCounters } from '@atoll/device/network';
import { ReceiveRing } from './net/receive.ts';
import { LARGE_PAGES, SendRing } from './net/send.ts';
import type { PagePool, SharedPages } from './pages.ts';

/** What is asked of the kernel. */
export type NetworkHost = Pick<Host, 'eventAllocate' | 'eventClose' | 'eventSend' | 'fence'>;

/** What a frontend tells its backend, by name in its directory of xenstore. */
export type Published = Readonly<Record<string, string>>;

/**
 * A network device whose other end is a backend in another domain (xen/include/public/io/netif.h), as a
 * frontend with one pair of rings. The device stays when its backend goes: frames are lost until there is one
 * again, as on a cable that was pulled.
 */
export class XenNetwork implements NetworkDevice {
  readonly name: string;
  readonly mac: number;
  readonly mtu: number;
  readonly offloads: Offloads;
  readonly counters: NetworkCounters = zeroCounters();

  /** For messages. */
  readonly place: string;
  /** Of connections that are over. */
  #pastViolations = 0;

  readonly #host: NetworkHost;
  readonly #pool: PagePool;
  /** Frames are copied here before anybody looks at them. */
  readonly #received: Frame;
  /** Lent while there is no backend. */
  readonly #lost: Frame;
  #connection: Connection | undefined;

  constructor(
    host: NetworkHost,
    fast: Pick<FastPaths, 'allocate'>,
    pool: PagePool,
    about: Pick<XenNetwork, 'name' | 'mac' | 'mtu' | 'offloads' | 'place'>,
  ) {
    this.#host = host;
    this.#pool = pool;
    this.#received = frameIn(fast.allocate(LARGE_FRAME_CAPACITY));
    this.#lost = frameIn(
      fast.allocate(about.offloads.segmentation ? LARGE_FRAME_CAPACITY : FRAME_CAPACITY),
    );
    this.name = about.name;
    this.mac = about.mac;
    this.mtu = about.mtu;
    this.offloads = about.offloads;
    this.place = about.place;
  }

  /** Whether the backend moved an index by more than there was, and must be left. */
  get isBroken(): boolean {
    const connection = this.#connection;
    return (
      connection !== undefined &&
      (connection.receiving.ring.isBroken || connection.sending.ring.isBroken)
    );
  }

  /** How often backends misused a slot: see the README. */
  get violations(): number {
    const { receiving, sending } = this.#connection ?? NO_VIOLATIONS;
    return this.#pastViolations + receiving.violations + sending.violations;
  }

  /** Prepares for a backend in `domain`; `undefined` when there are no pages, grants or ports for it. */
  connect(domain: number): Published | undefined {
    this.disconnect();
    const shared: SharedPages[] = [];
    const share = (count: number, isReadOnly: boolean): SharedPages | undefined => {
      const pages = this.#pool.share(domain, count, isReadOnly);
      if (pages !== undefined) shared.push(pages);
      return pages;
    };
    const large = this.offloads.segmentation ? LARGE_BUFFERS : 0;
    const rings = [share(1, false), share(1, false)];
    const received = Array.from({ length: RECEIVE_BUFFERS }, () => share(1, false));
    const sent = [
      ...Array.from({ length: large }, () => share(LARGE_PAGES, true)),
      ...Array.from({ length: SEND_BUFFERS }, () => share(1, true)),
    ];
    const port = this.#host.eventAllocate(domain);
    if (port < 0 || !areAll(rings) || !areAll(received) || !areAll(sent)) {
      if (port >= 0) this.#host.eventClose(port);
      for (const pages of shared) this.#pool.release(pages);
      return undefined;
    }
    const fence = (): void => this.#host.fence();
    this.#connection = {
      shared,
      port,
      receiving: new ReceiveRing(rings[0], received, this.#received, fence),
      sending: new SendRing(rings[1], sent, fence),
    };
    return {
      'tx-ring-ref': `${rings[1].references[0]}`,
      'rx-ring-ref': `${rings[0].references[0]}`,
      'event-channel': `${port}`,
      'request-rx-copy': '1',
      'feature-rx-notify': '1',
      'feature-sg': '1',
      'feature-gso-tcpv4': '1',
      'feature-gso-tcpv6': '1',
      'feature-ipv6-csum-offload': '1',
    };
  }

  /** The backend is gone, or has to go: nothing of ours is shared with it any more, except what it still holds. */
  disconnect(): void {
    if (this.#connection !== undefined) this.#host.eventClose(this.#connection.port);
    this.forget();
  }

  /** The same after a resume, when nothing is shared any more. */
  forget(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#pastViolations = this.violations;
    this.#connection = undefined;
    for (const pages of connection.shared) this.#pool.release(pages);
  }

  receive(): Frame | undefined {
    const frame = this.#connection?.receiving.receive();
    if (frame !== undefined) {
      this.counters.receivedFrames++;
      this.counters.receivedBytes += frame.length;
    }
    return frame;
  }

  transmit(capacity = FRAME_CAPACITY): Frame | undefined {
    if (capacity > this.#lost.bytes.length) throw new RangeError('no frame is so large');
    const connection = this.#connection;
    if (connection === undefined) return emptyFrame(this.#lost);
    return connection.sending.transmit(capacity);
  }

  send(frame: Frame): void {
    if (frame === this.#lost || this.#connection === undefined) {
      this.counters.droppedFrames++;
      return;
    }
    this.#connection.sending.send(frame);
    this.counters.sentFrames++;
    this.counters.sentBytes += frame.length;
  }

  /**
   * Ends a step: shows the backend all there is. When the program is `sleepy`, answers false if there must be
   * no sleep because something has come in the meantime.
   */
  settle(sleepy: boolean): boolean {
    const connection = this.#connection;
    if (connection === undefined) return true;
    const { receiving, sending, port } = connection;
    const wantsReceiving = receiving.ring.publish();
    const wantsSending = sending.ring.publish();
    if (wantsReceiving || wantsSending) this.#host.eventSend(port);
    this.counters.droppedFrames += receiving.dropped + sending.dropped;
    receiving.dropped = 0;
    sending.dropped = 0;
    if (!sleepy) return true;
    const isQuiet = receiving.ring.arm();
    return (!sending.isFull || sending.ring.arm()) && isQuiet;
  }
}

/** What exists while there is a backend. */
interface Connection {
  readonly shared: readonly SharedPages[];
  readonly port: number;
  readonly receiving: ReceiveRing;
  readonly sending: SendRing;
}

const NO_VIOLATIONS = { receiving: { violations: 0 }, sending: { violations: 0 } };

function areAll(pages: readonly (SharedPages | undefined)[]): pages is readonly SharedPages[] {
  return !pages.includes(undefined);
}

/** Pages offered to the backend: two segments of 64 KiB, and what comes while they are looked at. */
const RECEIVE_BUFFERS = 64;
const SEND_BUFFERS = 64;
const LARGE_BUFFERS = 4;
