import { describe, expect, it } from 'vitest';
import { assignNames, Disks } from '../src/disks.ts';
import type { MmioPlace } from '../src/mmio.ts';
import { BlockModel } from './block-model.ts';

describe('names of disks', () => {
  const long = 'aVeryLongNameOfADiskThatNoSerialNumberHolds';
  it.each([
    ['come in the order of the machine', ['a', 'b'], ['', ''], ['a', 'b']],
    ['are serial numbers', ['a', 'b'], ['b', 'a'], ['b', 'a']],
    ['that no serial number claims are left for others', ['a', 'b'], ['x', 'a'], ['b', 'a']],
    ['are given once', ['a'], ['a', 'a'], ['a', undefined]],
    ['may be fewer than disks', ['a'], ['boot', 'a'], [undefined, 'a']],
    ['may be more than disks', ['a', 'b', 'c'], ['c'], ['c']],
    ['may be longer than serial numbers', ['b', long], [long.slice(0, 20)], [long]],
    ['may be none', [], ['a'], [undefined]],
  ])('%s', (_, names, serials, expected) => {
    expect(assignNames(names, serials)).toEqual(expected);
  });
});

describe('the disks of a machine', () => {
  function run(device: BlockModel, names: readonly string[], others: readonly MmioPlace[] = []) {
    const lines: string[] = [];
    const halted: number[] = [];
    const host = Object.assign(device.host, {
      monotonic: () => device.now++,
      halt(status: number): never {
        halted.push(status);
        throw new Error('halted');
      },
    });
    const console = { write: (text: string) => void lines.push(text) };
    const { allocate } = device.memory;
    const native = () => {
      throw new Error('no native module');
    };
    const fast = { allocate, load: () => ({}), native };
    const places = [{ address: 0xfeb0_0c00, lines: [12] }, ...others];
    return { disks: new Disks(host, console, fast, places, names), lines, halted };
  }

  it('are not looked for when the appliance declares none', () => {
    const device = new BlockModel();
    expect(run(device, []).disks.open('storage')).toBeUndefined();
    expect(device.status).toBe(0);
  });

  it('are opened by their names, and reset when nobody wants them', () => {
    const device = new BlockModel();
    const { disks } = run(device, ['storage']);
    expect(disks.open('other')).toBeUndefined();
    expect(disks.open('storage')).toBeDefined();
    expect(disks.open('storage')).toBe(disks.open('storage'));
    expect(device.status).toBe(15);

    const first = new BlockModel();
    const second = { address: 0xfeb0_0e00, lines: [13] };
    const both = run(first, ['storage'], [second]);
    const boot = Object.assign(new BlockModel(), { serial: 'boot', memory: first.memory });
    first.machine.add(second.address, boot.registers);
    expect(both.disks.open('storage')).toBeDefined();
    expect([first.status, boot.status]).toEqual([15, 0]);
  });

  it('end the program when one cannot be used', () => {
    const { disks, lines, halted } = run(Object.assign(new BlockModel(), { sectors: 0 }), [
      'storage',
    ]);
    expect(() => disks.open('storage')).toThrow('halted');
    expect(halted).toEqual([69]);
    expect(lines).toEqual(['atoll: the virtio-mmio device at 0xfeb00c00 has no blocks\n']);
  });

  it('are said to be broken once', () => {
    const device = new BlockModel();
    const { disks, lines } = run(device, ['storage']);
    const disk = disks.open('storage');
    device.isPrompt = false;
    const bytes = device.bytes(512);
    disk?.submit({ operation: 'read', block: 0, bytes, failure: undefined });
    expect(disks.settle(true)).toBe(true);
    expect(disks.deadline).toBeLessThan(device.now + 30_000);
    device.now += 30_000;
    expect(disks.settle(true)).toBe(false);
    expect(disks.settle(true)).toBe(true);
    expect(disks.deadline).toBe(Number.POSITIVE_INFINITY);
    expect(lines).toEqual([
      'atoll: the virtio-mmio device at 0xfeb00c00, "storage": the disk is not used any more: it does not answer\n',
    ]);
  });

  it('are said to misuse buffers', () => {
    const device = new BlockModel();
    const { disks, lines } = run(device, ['storage']);
    const disk = disks.open('storage');
    device.lie = () => ({ id: 1 });
    disk?.submit({ operation: 'flush', block: 0, bytes: new Uint8Array(0), failure: undefined });
    disks.settle(true);
    disk?.complete();
    disks.settle(true);
    expect(lines).toEqual([
      'atoll: the virtio-mmio device at 0xfeb00c00 misused buffers, 1 times in all\n',
    ]);
  });
});
