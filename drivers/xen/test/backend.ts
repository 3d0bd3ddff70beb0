import type { Memory } from './memory.ts';

/** What a backend does for one frontend (xen/include/public/io/netif.h), as Linux does it. */
export class Backend {
  /** Frames that the frontend sent, each with the flags of its first slot and its extra information. */
  readonly frames: { bytes: Uint8Array; flags: number; segmentSize: number; type: number }[] = [];
  readonly #memory: Memory;
  readonly #domain: number;
  readonly send: DataView;
  readonly receive: DataView;
  #sendConsumed = 0;
  #receiveConsumed = 0;

  constructor(memory: Memory, domain: number, published: Readonly<Record<string, string>>) {
    this.#memory = memory;
    this.#domain = domain;
    this.send = view(memory.page(Number(published['tx-ring-ref']), domain));
    this.receive = view(memory.page(Number(published['rx-ring-ref']), domain));
  }

  /** Takes all that the frontend sent, and answers each slot. */
  takeAll(): void {
    const produced = this.send.getUint32(0, true);
    while (this.#sendConsumed !== produced) this.#takeOne();
    this.send.setUint32(8, this.#sendConsumed, true);
    this.send.setUint32(4, produced + 1, true);
  }

  /** Puts `bytes` into as many pages as it takes; false when the frontend offers too few. */
  give(bytes: Uint8Array, flags = 0, segmentSize = 0, pieces = 4096): boolean {
    const count = Math.max(1, Math.ceil(bytes.length / pieces)) + (segmentSize > 0 ? 1 : 0);
    const offered = (this.receive.getUint32(0, true) - this.#receiveConsumed) >>> 0;
    if (offered < count) return false;
    for (let at = 0; at === 0 || at < bytes.length; at += pieces) {
      const piece = bytes.subarray(at, at + pieces);
      const slot = this.#receiveSlot();
      const id = this.receive.getUint16(slot, true);
      const page = this.#memory.page(this.receive.getUint32(slot + 4, true), this.#domain);
      page.set(piece);
      const more = at + pieces < bytes.length ? 4 : 0;
      const extra = at === 0 && segmentSize > 0 ? 8 : 0;
      this.answer(slot, id, 0, (at === 0 ? flags : 0) | more | extra, piece.length);
      if (extra !== 0) {
        const info = this.#receiveSlot();
        this.receive.setUint16(info, 1, true);
        this.receive.setUint16(info + 2, segmentSize, true);
        this.receive.setUint16(info + 4, 1, true);
      }
    }
    this.receive.setUint32(8, this.#receiveConsumed, true);
    return true;
  }

  answer(slot: number, id: number, offset: number, flags: number, status: number): void {
    this.receive.setUint16(slot, id, true);
    this.receive.setUint16(slot + 2, offset, true);
    this.receive.setUint16(slot + 4, flags, true);
    this.receive.setInt16(slot + 6, status, true);
  }

  #receiveSlot(): number {
    return 64 + (this.#receiveConsumed++ & 255) * 8;
  }

  #takeOne(): void {
    const parts: Uint8Array[] = [];
    const first = this.#request();
    let { flags } = first;
    let segmentSize = 0;
    let type = 0;
    if ((flags & 8) !== 0) {
      const info = 64 + (this.#sendConsumed++ & 255) * 12;
      segmentSize = this.send.getUint16(info + 2, true);
      type = this.send.getUint8(info + 4);
      this.send.setInt16(info + 2, 1, true);
    }
    const slots = [first];
    while ((flags & 4) !== 0) {
      const next = this.#request();
      slots.push(next);
      flags = next.flags;
    }
    // The first slot says how long all of it is.
    const rest = slots.slice(1).reduce((sum, { size }) => sum + size, 0);
    for (const [index, { reference, offset, size, at, id }] of slots.entries()) {
      const length = index === 0 ? size - rest : size;
      if (length <= 0 || offset + length > 4096) throw new Error('a fragment crosses its page');
      const page = this.#memory.page(reference, this.#domain);
      parts.push(page.slice(offset, offset + length));
      this.send.setUint16(at, id, true);
      this.send.setInt16(at + 2, 0, true);
    }
    this.frames.push({ bytes: Buffer.concat(parts), flags: first.flags, segmentSize, type });
  }

  #request() {
    const at = 64 + (this.#sendConsumed++ & 255) * 12;
    return {
      at,
      reference: this.send.getUint32(at, true),
      offset: this.send.getUint16(at + 4, true),
      flags: this.send.getUint16(at + 6, true),
      id: this.send.getUint16(at + 8, true),
      size: this.send.getUint16(at + 10, true),
    };
  }
}

function view(page: Uint8Array): DataView {
  return new DataView(page.buffer, page.byteOffset, page.length);
}
