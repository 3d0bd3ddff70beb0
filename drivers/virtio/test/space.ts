export const BAR_1 = 0xfebf_0000;
export const BAR_4 = 0xfebf_4000;

/** The configuration space of QEMU's virtio-net-pci, with the registers of BAR 1 and BAR 4 set. */
export function validSpace(): Uint8Array {
  const space = new Uint8Array(256);
  const view = new DataView(space.buffer);
  space.set([0xf4, 0x1a, 0x41, 0x10], 0);
  view.setUint16(0x06, 0x10, true);
  view.setUint32(0x14, BAR_1, true);
  view.setUint32(0x20, BAR_4 + 4, true);
  space[0x34] = 0x98;
  const virtio = (at: number, next: number, kind: number, offset: number, length: number) => {
    space.set([0x09, next, kind === 2 ? 20 : 16, kind, 4, 0, 0, 0], at);
    view.setUint32(at + 8, offset, true);
    view.setUint32(at + 12, length, true);
    if (kind === 2) view.setUint32(at + 16, 4, true);
  };
  space.set([0x11, 0x84, 3, 0, 1, 0, 0, 0, 1, 8, 0, 0], 0x98);
  virtio(0x84, 0x70, 5, 0, 0);
  virtio(0x70, 0x60, 2, 0x3000, 0x1000);
  virtio(0x60, 0x50, 4, 0x2000, 0x1000);
  virtio(0x50, 0x40, 3, 0x1000, 0x1000);
  virtio(0x40, 0, 1, 0, 0x1000);
  return space;
}
