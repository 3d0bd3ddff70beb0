import type { Host } from '@atoll/device/host';
import { describe, expect, it } from 'vitest';
import { seedGenerator } from '../src/seed.ts';
import { DeviceQueue, Memory, PHYSICAL_BASE } from './device.ts';
import { Machine } from './machine.ts';

const PLACE = { address: 0xfeb0_0c00, lines: [12] };

/** How an entropy device answers one buffer: by how many bytes it says it wrote, or not at all. */
type Generosity = (offered: number) => number | undefined;

function boot(generosity: Generosity | undefined, isSeeded = false) {
  const memory = new Memory();
  const machine = new Machine();
  const seeds: number[][] = [];
  const printed: string[] = [];
  const statuses: number[] = [];
  let queue: DeviceQueue | undefined;
  let now = 0;
  let drawn = 0;
  const registers = new Map<number, number>();
  machine.add(PLACE.address, (offset, value) => {
    if (value !== undefined) registers.set(offset, value);
    if (value !== undefined && offset === 0x070) statuses.push(value);
    if (offset === 0x044 && value === 1) {
      const start = (registers.get(0x080) ?? 0) - PHYSICAL_BASE;
      queue = new DeviceQueue(memory, start, registers.get(0x038) ?? 0, false);
    }
    if (offset === 0x050 && value !== undefined) answer();
    if (value !== undefined) return 0;
    const known: Record<number, number> = { 0: 0x7472_6976, 4: 2, 8: 4, 52: 8 };
    if (offset === 0x010) return registers.get(0x014) === 1 ? 1 : 0;
    return generosity === undefined ? 0 : (known[offset] ?? registers.get(offset) ?? 0);
  });

  function answer(): void {
    const id = queue?.next();
    if (queue === undefined || id === undefined) return;
    const { start, length } = queue.buffer(id);
    const given = generosity?.(length);
    if (given === undefined) return;
    for (let at = 0; at < Math.min(given, length); at++) memory.bytes[start + at] = ++drawn;
    queue.use(id, given);
  }

  const host: Host = {
    ...machine.host,
    isSeeded,
    seed: (bytes) => seeds.push([...bytes]),
    monotonic: () => now++,
  };
  const places = [PLACE];
  seedGenerator(host, { write: (text) => printed.push(text) }, memory, places);
  return { seeds, output: printed.join(''), lastStatus: statuses.at(-1) };
}

const COUNTED = Array.from({ length: 64 }, (_, index) => index + 1);

describe('an entropy device', () => {
  it.each([
    ['at once', 64],
    ['in parts', 7],
  ])('seeds the generator %s, and is reset then', (_, part) => {
    const { seeds, output, lastStatus } = boot(() => part);
    expect(seeds).toEqual([COUNTED]);
    expect(output).toBe('');
    expect(lastStatus).toBe(0);
  });

  it('is not waited for without end', () => {
    const { seeds, output, lastStatus } = boot(() => undefined);
    expect(seeds).toEqual([]);
    expect(output).toContain('gives no random bytes');
    expect(output).toContain('timing jitter alone');
    expect(lastStatus).toBe(0);
  });

  it.each([
    ['nothing', 0],
    ['more than fits', 65],
    ['a lie', 0xffff_ffff],
  ])('that gives %s seeds nothing', (_, given) => {
    const { seeds, output } = boot(() => given);
    expect(seeds).toEqual([]);
    expect(output).toContain('gives no random bytes');
  });
});

describe('a machine without one', () => {
  it('says that there is nothing but jitter, unless the kernel had a seed', () => {
    expect(boot(undefined).output).toContain('timing jitter alone');
    expect(boot(undefined, true).output).toBe('');
  });
});
