import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { findFunctions } from '../src/pci.ts';
import { Machine } from './machine.ts';

const SELECTOR = 0x8000_0000;

function functionSpace(headerType: number, secondaryBus = 0): Uint8Array {
  const space = new Uint8Array(256);
  space.set([0xf4, 0x1a, 0x41, 0x10], 0);
  space[0x0e] = headerType;
  space[0x19] = secondaryBus;
  space.set([0x04, 0x40, 0xbf, 0xfe, 0, 0, 0, 0], 0x20);
  return space;
}

function machine(spaces: Readonly<Record<number, Uint8Array>>): Machine {
  return new Machine((selector) => spaces[selector - SELECTOR]);
}

describe('the functions of PCI', () => {
  it('are found behind bridges and in devices with several', () => {
    const { host } = machine({
      0: functionSpace(0),
      2048: functionSpace(0x80),
      2816: functionSpace(0),
      4096: functionSpace(1, 5),
      327680: functionSpace(0),
    });
    const names = findFunctions(host).map((found) => found.name);
    expect(names).toEqual(['00:00.0', '00:01.0', '00:01.3', '00:02.0', '05:00.0']);
  });

  it('are none on a machine without PCI', () => {
    expect(findFunctions(new Machine().host)).toEqual([]);
  });

  it('end although bridges lead back', () => {
    const { host } = machine({ 0: functionSpace(1, 1), 65536: functionSpace(1, 0) });
    expect(findFunctions(host).length).toBe(2);
  });

  it('end although every answer is random', () => {
    const random = new Random(5);
    const lies = new Machine(() => random.bytes(256));
    expect(findFunctions(lies.host).length).toBeLessThanOrEqual(256 * 32 * 8);
  });

  it('locate what lies in their memory, and nothing else', () => {
    const [pci] = findFunctions(machine({ 0: functionSpace(0) }).host);
    const reason = (place: Parameters<typeof pci.locate>[0]) => {
      const located = pci.locate(place);
      return located.ok ? located.value : located.error.reason;
    };
    expect(reason({ bar: 4, offset: 0x3000, length: 0x1000 })).toBe(0xfebf_7000);
    expect(reason({ bar: 4, offset: 0x3000, length: 0x1004 })).toContain('lies outside');
    expect(reason({ bar: 4, offset: 0xffff_fffc, length: 0xffff_ffff })).toContain('lies outside');
    expect(reason({ bar: 1, offset: 0, length: 4 })).toContain('not set');
    // Looking at the size has changed nothing.
    expect(pci.read(0x20, 4)).toBe(0xfebf_4004);
  });

  it('are not located in ports, or beyond the last register', () => {
    const space = functionSpace(0);
    space.set([0x01, 0xc0, 0, 0], 0x10);
    space.set([0x04, 0x40, 0xbf, 0xfe], 0x24);
    const [pci] = findFunctions(machine({ 0: space }).host);
    expect(pci.locate({ bar: 0, offset: 0, length: 4 }).ok).toBe(false);
    expect(pci.locate({ bar: 5, offset: 0, length: 4 }).ok).toBe(false);
  });
});
