import { describe, expect, it } from 'vitest';
import { Networks } from '../src/networks.ts';
import { Machine } from './machine.ts';

describe('the networks of a machine', () => {
  const [allocate, load, native] = [neverCalled, neverCalled, neverCalled];
  const noFastPaths = { allocate, load, native };

  function run(machine: Machine) {
    const lines: string[] = [];
    const halted: number[] = [];
    const host = Object.assign(machine.host, {
      halt(status: number): never {
        halted.push(status);
        throw new Error('halted');
      },
    });
    const console = { write: (text: string) => void lines.push(text) };
    return { networks: new Networks(host, console, noFastPaths, []), lines, halted };
  }

  it('are none on a machine without devices', () => {
    const { networks } = run(new Machine());
    expect(networks.open('service')).toBe(undefined);
    expect(networks.settle(true)).toBe(true);
  });

  it('end the program where one of them cannot be used', () => {
    const machine = new Machine();
    // The last place of QEMU's microvm.
    machine.add(0xfeb0_2e00, (offset) => [0x7472_6976, 3, 1][offset / 4] ?? 0);
    const { networks, lines, halted } = run(machine);
    expect(() => networks.open('service')).toThrow('halted');
    expect(halted).toEqual([69]);
    expect(lines).toEqual([
      'atoll: the virtio-mmio device at 0xfeb02e00 has the unknown version 3\n',
    ]);
  });
});

function neverCalled(): never {
  throw new Error('there is nothing to make');
}
