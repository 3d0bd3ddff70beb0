import { XenNetwork } from '../src/net.ts';
import { PagePool } from '../src/pages.ts';
import { Backend } from './backend.ts';
import { Memory } from './memory.ts';

/** A device with whatever is on its other end. */
export class NetworkBed {
  readonly memory = new Memory();
  readonly ports = new Set<number>();
  sent = 0;
  readonly device: XenNetwork;
  #lastPort = 2;

  constructor(segmentation = true) {
    const host = {
      eventAllocate: () => {
        this.ports.add(++this.#lastPort);
        return this.#lastPort;
      },
      eventClose: (port: number) => {
        if (!this.ports.delete(port)) throw new Error('the port is not open');
      },
      eventSend: (port: number) => {
        if (!this.ports.has(port)) throw new Error('the port is not open');
        this.sent++;
      },
      fence: () => {},
    };
    this.device = new XenNetwork(host, this.memory, new PagePool(this.memory, this.memory), {
      name: 'service',
      mac: 0x00163e000002,
      mtu: 1500,
      offloads: { checksum: true, segmentation },
      place: 'device/vif/0',
    });
  }

  connect(domain = 0): Backend {
    const published = this.device.connect(domain);
    if (published === undefined) throw new Error('it cannot be connected');
    this.device.settle(false);
    return new Backend(this.memory, domain, published);
  }
}

/** A frame with a TCP segment over IPv4 in it, of `length` bytes, which differ. */
export function tcpFrame(length: number, seed = 0): Uint8Array {
  const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + seed) & 0xff);
  bytes.set([0x08, 0x00, 0x45], 12);
  bytes[23] = 6;
  return bytes;
}
