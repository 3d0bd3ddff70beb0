import { splitWords } from '@atoll/device/words';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { MmioPlace } from './mmio.ts';

export interface CommandLine {
  /** The boot arguments of the appliance, one word each. */
  readonly words: readonly string[];
  readonly places: readonly MmioPlace[];
}

/**
 * Splits the machine's command line. Devices that the hypervisor added in Linux's notation,
 * `virtio_mmio.device=SIZE@ADDRESS:LINE`, are no boot arguments.
 */
export function parseCommandLine(text: string): Result<CommandLine> {
  const words: string[] = [];
  const places: MmioPlace[] = [];
  for (const word of splitWords(text)) {
    if (!word.startsWith(DEVICE)) {
      words.push(word);
      continue;
    }
    const place = parsePlace(word.slice(DEVICE.length));
    if (place === undefined) {
      return misconfigured(
        `${word}\n  expected ${DEVICE}SIZE@ADDRESS:LINE, as in ${DEVICE}${EXAMPLE}`,
      );
    }
    places.push(place);
  }
  return ok({ words, places });
}

const DEVICE = 'virtio_mmio.device=';
const EXAMPLE = '4K@0xd0000000:5';

function parsePlace(text: string): MmioPlace | undefined {
  const match = /^\d\w*@(0x[0-9a-f]{1,12}|\d{1,15}):(\d{1,4})(:\d+)?$/i.exec(text);
  if (match === null) return undefined;
  const address = Number(match[1]);
  return address % 4 === 0 ? { address, lines: [Number(match[2])] } : undefined;
}
