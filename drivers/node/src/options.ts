import { nearest } from '@atoll/conf/nearest';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { HostEndpoint } from './socket/address.ts';

/** What comes before `--` on the command line: the devices, as on every other target. */
export interface NodeOptions {
  /** TAP interfaces by device name. */
  readonly taps: ReadonlyMap<string, string>;
  /** Hardware addresses by device name, as text. */
  readonly macs: ReadonlyMap<string, string>;
  /** Files that are disks, by device name. */
  readonly disks: ReadonlyMap<string, string>;
  /** Bytes in a block by device name. */
  readonly sectorSizes: ReadonlyMap<string, number>;
  /** Without a TAP: the host's address and port that stand for a port of the appliance. */
  readonly udp: ReadonlyMap<number, HostEndpoint>;
  readonly tcp: ReadonlyMap<number, HostEndpoint>;
  readonly bootArguments: readonly string[];
}

const FORMS = [
  '--net:NAME=TAP',
  '--net-mac:NAME=MAC',
  '--block:NAME=FILE',
  '--block-sector-size:NAME=N',
  '--udp:PORT=ADDRESS:PORT',
  '--tcp:PORT=ADDRESS:PORT',
];

export function parseNodeOptions(words: readonly string[]): Result<NodeOptions> {
  const separator = words.indexOf('--');
  const options = separator < 0 ? words : words.slice(0, separator);
  const taps = new Map<string, string>();
  const macs = new Map<string, string>();
  const disks = new Map<string, string>();
  const sectorSizes = new Map<string, number>();
  const ports = { udp: new Map<number, HostEndpoint>(), tcp: new Map<number, HostEndpoint>() };
  for (const word of options) {
    const [, kind, name, text] = /^--([^:=]+):([^=]+)=(.+)$/.exec(word) ?? [];
    if (kind === 'net') {
      taps.set(name, text);
    } else if (kind === 'net-mac') {
      macs.set(name, text);
    } else if (kind === 'block') {
      disks.set(name, text);
    } else if (kind === 'block-sector-size') {
      if (!SECTOR_SIZES.includes(text)) return unusable(word);
      sectorSizes.set(name, Number(text));
    } else if (kind === 'udp' || kind === 'tcp') {
      const endpoint = /^(?:([0-9.]+)|\[([0-9a-fA-F:.]+(?:%[^\]%]+)?)\]):([0-9]{1,5})$/.exec(text);
      if (endpoint === null || !/^[0-9]{1,5}$/.test(name)) return unusable(word);
      const [, ipv4, ipv6, port] = endpoint;
      ports[kind].set(Number(name), { address: ipv4 ?? ipv6, port: Number(port) });
    } else {
      return unusable(word);
    }
  }
  const bootArguments = separator < 0 ? [] : words.slice(separator + 1);
  return ok({ taps, macs, disks, sectorSizes, ...ports, bootArguments });
}

const SECTOR_SIZES = ['512', '1024', '2048', '4096'];

function unusable(word: string): Result<never> {
  const kinds = FORMS.map((form) => form.split(':')[0]);
  const near = nearest(word.split(/[:=]/)[0], kinds);
  const form = FORMS.find((candidate) => near !== undefined && candidate.startsWith(`${near}:`));
  const expected = form ?? `${FORMS.join(', ')}, then -- and the boot arguments`;
  return misconfigured(`cannot use "${word}"\n  expected ${expected}`);
}
