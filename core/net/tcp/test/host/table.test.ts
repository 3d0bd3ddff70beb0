import type { IpAddress } from '@atoll/device/socket';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/host/table.ts';
import { Table } from '../../src/host/table.ts';

class Item implements Entry {
  sibling: Entry | undefined = undefined;
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;

  constructor([localAddress, localPort, remoteAddress, remotePort]: Tuple) {
    this.localAddress = localAddress;
    this.localPort = localPort;
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
  }
}

type Tuple = [IpAddress, number, IpAddress, number];

const tuple: fc.Arbitrary<Tuple> = fc.oneof(
  fc.tuple(fc.constantFrom(1, 2, 3), fc.constantFrom(80, 81), fc.constantFrom(8, 9), fc.nat(2)),
  fc.tuple(fc.constantFrom(1n, 2n), fc.constantFrom(80, 81), fc.constantFrom(8n, 9n), fc.nat(2)),
);

describe('Table', () => {
  it('finds exactly what was added and not removed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(tuple, fc.boolean()), { maxLength: 60 }), (steps) => {
        const table = new Table<Item>();
        const model = new Map<string, Item>();
        for (const [key, isAdded] of steps) {
          const name = key.map((part) => `${typeof part} ${part}`).join();
          const known = model.get(name);
          if (isAdded && known === undefined) {
            const item = new Item(key);
            table.add(item);
            model.set(name, item);
          } else if (!isAdded) {
            table.remove(known ?? new Item(key));
            model.delete(name);
          }
          expect(table.size).toBe(model.size);
          expect(table.find(...key)).toBe(model.get(name));
        }
        for (const item of model.values()) {
          const { localAddress, localPort, remoteAddress, remotePort } = item;
          expect(table.find(localAddress, localPort, remoteAddress, remotePort)).toBe(item);
          expect(table.uses(localPort)).toBe(true);
          table.remove(item);
        }
        expect([table.size, table.uses(80), table.uses(81)]).toEqual([0, false, false]);
      }),
    );
  });

  it('does not mix up addresses and ports at their limits', () => {
    const table = new Table<Item>();
    const one = new Item([1, 80, 0xffff_ffff, 0]);
    const other = new Item([1, 80, 0xffff_fffe, 0xffff]);
    table.add(one);
    table.add(other);
    expect(table.find(1, 80, 0xffff_ffff, 0)).toBe(one);
    expect(table.find(1, 80, 0xffff_fffe, 0xffff)).toBe(other);
    expect(table.find(1, 80, 0xffff_ffff, 0xffff)).toBeUndefined();
  });
});
