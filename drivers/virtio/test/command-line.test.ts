import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../src/command-line.ts';

function words(text: string): readonly string[] | string {
  const result = parseCommandLine(text);
  return result.ok ? result.value.words : result.error.reason;
}

describe('the command line of a machine', () => {
  it.each([
    ['', []],
    ['  \t ', []],
    [' --a=1  --b ', ['--a=1', '--b']],
    ['--a="x y" z', ['--a=x y', 'z']],
    ['"" "a\\"b\\\\c"', ['', 'a"b\\c']],
    ['a\\b "c', ['a\\b', 'c']],
  ])('%j has the words %j', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('gives devices to the driver and the rest to the appliance', () => {
    const text = 'virtio_mmio.device=512@0xfeb00e00:12 --a=1 virtio_mmio.device=4K@3489660928:5:1';
    expect(parseCommandLine(text)).toEqual({
      ok: true,
      value: {
        words: ['--a=1'],
        places: [
          { address: 0xfeb0_0e00, lines: [12] },
          { address: 0xd000_0000, lines: [5] },
        ],
      },
    });
  });

  it.each([
    '',
    '512',
    '512@',
    '512@0xfeb00e00',
    '512@0xfeb00e01:12',
    '512@-4:5',
    'x@0x10:5',
    '1@0x10:5x',
  ])('refuses the device %j', (device) => {
    expect(words(`virtio_mmio.device=${device}`)).toContain('expected virtio_mmio.device=SIZE@');
  });

  it('may be anything', () => {
    const random = new Random(3);
    const valid = Uint8Array.from('virtio_mmio.device=4K@0xd0000000:5 --a="b c"', (c) =>
      c.charCodeAt(0),
    );
    for (let input = 0; input < Number(process.env.ATOLL_FUZZ ?? 5000); input++) {
      const text = String.fromCharCode(...mutate(random, valid));
      const result = parseCommandLine(text);
      if (result.ok) expect(result.value.words.join('').length).toBeLessThanOrEqual(text.length);
    }
  });
});
