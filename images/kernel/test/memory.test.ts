import { expect, it } from 'vitest';
import { evaluate } from './image.ts';

const MEBIBYTE = 1024 * 1024;

it('stays within --mem and says how much it has', async () => {
  const script = 'host.write(JSON.stringify([host.memoryUsed(), host.memorySize()]));';
  const { output } = await evaluate(script, '--mem=16');
  const [used, size] = JSON.parse(output);
  expect(used).toBeLessThan(8 * MEBIBYTE);
  expect(size).toBeGreaterThan(15.9 * MEBIBYTE);
  expect(size).toBeLessThanOrEqual(16 * MEBIBYTE);
});

it.each([
  ['large blocks', 'all.push(new Uint8Array(1 << 20))'],
  ['small objects', 'all.push({ a: [1, 2, 3] })'],
  ['strings', 'all.push("x".repeat(1000) + all.length)'],
])('throws when %s fill the memory, and works again afterwards', async (_, allocate) => {
  const script = `
    for (let round = 0; round < 3; round++) {
      const all = [];
      try { for (;;) ${allocate}; }
      catch (error) {
        all.length = 0;
        host.write(error.name + ': ' + error.message + '\\n');
      }
    }`;
  const { output, status } = await evaluate(script, '--mem=12');
  expect(output).toBe('InternalError: out of memory\n'.repeat(3));
  expect(status).toBe(0);
});

it('lends addresses that stay when memory grows', async () => {
  const script = `
    const bytes = new Uint8Array(64);
    const address = host.address(bytes);
    const grow = Array.from({ length: 10 }, () => new Uint8Array(1 << 20));
    host.write(String(host.address(bytes) === address && host.address(bytes.subarray(8)) === address + 8));`;
  expect((await evaluate(script)).output).toBe('true');
});
