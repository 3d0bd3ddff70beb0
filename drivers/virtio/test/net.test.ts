import { describe, expect, it } from 'vitest';
import { BASIC, EVERYTHING, NetworkModel, QUEUE_SIZE } from './network-model.ts';

const FRAME = Array.from({ length: 60 }, (_, i) => i);

describe('a network device', () => {
  it('is opened with what it says about itself', () => {
    const model = new NetworkModel();
    const device = model.open();
    expect(device).toMatchObject({ name: 'service', mac: 0x0200_0000_0007, mtu: 1400 });
    // MTU, MAC, event index, mergeable buffers, checksums, segments with and without CWR; version 1.
    expect(model.accepted).toEqual([0x2000_0000 | 0xbb80 | 0x28 | 0x3, 1]);
    expect(device.offloads).toEqual({ checksum: true, segmentation: true });
    expect(model.machine.lines).toEqual([12]);
  });

  it('may be of the legacy kind, if its headers have 12 bytes', () => {
    const model = new NetworkModel();
    model.version = 1;
    model.features = [BASIC[0] | (1 << 15), 0];
    const device = model.open();
    // Mergeable buffers for the header; no word of features above 31, which such a device ignores.
    expect(model.accepted).toEqual(model.features);
    model.deliver(FRAME);
    expect(device.receive()).toMatchObject({ length: 60 });
    const outgoing = device.transmit();
    if (outgoing === undefined) throw new Error('there is room');
    outgoing.length = 60;
    device.send(outgoing);
    device.settle(false);
    const sent = model.queues[1].buffer(model.queues[1].next() ?? -1);
    expect(sent).toMatchObject({ length: 72, isWritten: false });

    const plain = new NetworkModel();
    plain.version = 1;
    plain.features = [1 << 5, 0];
    expect(() => plain.open()).toThrow('headers of another length');
  });

  it('may have fewer features', () => {
    const model = new NetworkModel();
    model.features = [0, 1];
    const device = model.open();
    expect(device).toMatchObject({ mac: 0x5a5a_5a5a_5a5a, mtu: 1500 });
    expect(device.offloads).toEqual({ checksum: false, segmentation: false });
    expect(() => device.transmit(2049)).toThrow('no frame is so large');
  });

  it('lends received frames without their header, from where the device wrote them', () => {
    const model = new NetworkModel();
    const device = model.open();
    model.deliver(FRAME);
    const frame = device.receive();
    expect(Array.from(frame?.bytes.subarray(0, frame.length) ?? [])).toEqual(FRAME);
    expect(model.memory.bytes[frame?.address ?? 0]).toBe(0);
    expect((frame?.address ?? 1) % 16).toBe(0);
    expect(device.receive()).toBe(undefined);
    expect(device.counters).toMatchObject({ receivedFrames: 1, receivedBytes: 60 });
  });

  it('gives buffers back, also those of frames that are too short', () => {
    const model = new NetworkModel();
    const device = model.open();
    for (let round = 0; round < 20; round++) {
      model.deliver(FRAME);
      model.deliver([1, 2, 3]);
      model.deliver(FRAME);
      let count = 0;
      while (device.receive() !== undefined) count++;
      expect(count).toBe(2);
      device.settle(false);
    }
    expect(device.counters).toMatchObject({ receivedFrames: 40, droppedFrames: 20 });
  });

  it('sends frames behind an empty header until its queue is full', () => {
    const model = new NetworkModel();
    const device = model.open();
    for (let i = 0; i < QUEUE_SIZE; i++) {
      const frame = device.transmit();
      if (frame === undefined) throw new Error('the queue is full too early');
      frame.bytes.set(FRAME);
      frame.length = FRAME.length;
      device.send(frame);
    }
    expect(device.transmit()).toBe(undefined);
    const id = model.queues[1].next() as number;
    const { start, length } = model.queues[1].buffer(id);
    expect(length).toBe(72);
    const sent = Array.from(model.memory.bytes.subarray(start, start + length));
    expect(sent).toEqual([...new Array<number>(12).fill(0), ...FRAME]);
    model.queues[1].use(id, 0);
    expect(device.transmit()).toBeDefined();
    expect(device.counters).toMatchObject({ sentFrames: 4, sentBytes: 240 });
  });

  it('lends the same frame until it is sent, and takes no other', () => {
    const device = new NetworkModel().open();
    const frame = device.transmit();
    if (frame === undefined) throw new Error('no frame');
    expect(device.transmit()).toBe(frame);
    expect(() => device.send({ ...frame })).toThrow('not on loan');
    frame.length = 2049;
    expect(() => device.send(frame)).toThrow('longer than its buffer');
    frame.length = 60;
    device.send(frame);
    expect(() => device.send(frame)).toThrow('not on loan');
  });

  it('notifies once for many frames', () => {
    const model = new NetworkModel();
    const device = model.open();
    model.notified.length = 0;
    for (let i = 0; i < 3; i++) {
      const frame = device.transmit();
      if (frame !== undefined) device.send(frame);
    }
    expect(model.notified).toEqual([]);
    device.settle(true);
    expect(model.notified).toEqual([1]);
  });

  it('does not sleep over a frame', () => {
    const model = new NetworkModel();
    const device = model.open();
    expect(device.settle(true)).toBe(true);
    const { interrupts } = model.queues[0];
    model.deliver(FRAME);
    expect(model.queues[0].interrupts).toBe(interrupts + 1);
    model.causes = 1;
    expect(device.settle(true)).toBe(false);
    expect(model.causes).toBe(0);
  });

  it.each([
    ['less than IPv4 needs', 67, EVERYTHING, 1500],
    ['just enough', 68, BASIC, 68],
    ['the most for small buffers', 2030, BASIC, 2030],
    ['too much for small buffers', 2031, BASIC, 1500],
    ['enough for large buffers', 9000, EVERYTHING, 9000],
  ])('has the MTU that it says, if that can be had: %s', (_, said, features, mtu) => {
    expect(Object.assign(new NetworkModel(), { mtu: said, features }).open().mtu).toBe(mtu);
  });

  it.each([
    ['of a later kind', (model: NetworkModel) => (model.version = 3), 'unknown version 3'],
    ['before version 1', (model: NetworkModel) => (model.features = [0, 0]), 'version 1 of virtio'],
    [
      'of other wishes',
      (model: NetworkModel) => (model.acceptsFeatures = false),
      'refuses the features',
    ],
    ['without interrupts', (model: NetworkModel) => (model.machine.lineCount = 12), 'line 12'],
  ])('%s is refused', (_, change, message) => {
    const model = new NetworkModel();
    change(model);
    expect(() => model.open()).toThrow(message);
  });
});
