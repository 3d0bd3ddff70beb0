import { describeLabel } from '@atoll/disk/describe';
import { damageText } from '@atoll/journal/store';
import type { Command } from '../command.ts';
import { parseWords } from '../command.ts';
import type { StoreOnDisk } from './opened-store.ts';
import { withStore } from './opened-store.ts';

export const info: Command = {
  usage: 'disk info FILE',
  summary: 'Shows whose a disk is and what is on it, and looks for damage in all of it.',
  details: `  FILE  a disk that atoll disk create made; nothing is written

Ends with status 2 when something on it is damaged.
`,
  async run(words) {
    const { positionals } = parseWords(words, ['FILE'], {});
    let isDamaged = false;
    await withStore(positionals[0], true, async (disk) => {
      // Each value has a checksum, which reading it looks at.
      for (const key of disk.store.keys(new Uint8Array(0))) await disk.store.get(key);
      const damage = damageOf(disk);
      isDamaged = damage.length > 0;
      process.stdout.write(description(disk, damage));
    });
    return isDamaged ? 2 : 0;
  },
};

function damageOf({ store, opened }: StoreOnDisk): string[] {
  const found = store.status.damage.map(damageText);
  return [...new Set([...opened.damage, ...found])];
}

function description(
  { label, store, opened, size }: StoreOnDisk,
  damage: readonly string[],
): string {
  const { keys, liveBytes, capacity, segmentSize, segmentCount, freeSegments } = store.status;
  const usedBytes = (segmentCount - freeSegments) * segmentSize;
  const lines = [
    describeLabel(label),
    `size         ${count(size)} bytes`,
    `keys         ${count(keys)}`,
    `live         ${count(liveBytes)} bytes, room for ${count(capacity)}`,
    `dead         ${count(Math.max(usedBytes - liveBytes, 0))} bytes, to be taken back`,
    `segments     ${count(freeSegments)} free of ${count(segmentCount)}, ${count(segmentSize)} bytes each`,
    `read         ${count(opened.readBytes)} bytes to open it`,
    ...(opened.unfinished > 0
      ? ['unfinished   the last writes, which nobody was told had succeeded']
      : []),
    `damage       ${damage.length === 0 ? 'none' : ''}`.trimEnd(),
    ...damage.map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
