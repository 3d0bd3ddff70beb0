import { nearest } from '@atoll/conf/nearest';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';

/** What comes before `--` on the command line: the devices, as on every other target. */
export interface NodeOptions {
  /** TAP interfaces by device name. */
  readonly taps: ReadonlyMap<string, string>;
  /** Hardware addresses by device name, as text. */
  readonly macs: ReadonlyMap<string, string>;
  /** Without a TAP: the host's address and port that stand for a port of the appliance. */
  readonly udp: ReadonlyMap<number, HostEndpoint>;
  readonly bootArguments: readonly string[];
}

export interface HostEndpoint {
  readonly address: string;
  readonly port: number;
}

const FORMS = ['--net:NAME=TAP', '--net-mac:NAME=MAC', '--udp:PORT=ADDRESS:PORT'];

export function parseNodeOptions(words: readonly string[]): Result<NodeOptions> {
  const separator = words.indexOf('--');
  const options = separator < 0 ? words : words.slice(0, separator);
  const taps = new Map<string, string>();
  const macs = new Map<string, string>();
  const udp = new Map<number, HostEndpoint>();
  for (const word of options) {
    const [, kind, name, text] = /^--([^:=]+):([^=]+)=(.+)$/.exec(word) ?? [];
    if (kind === 'net') {
      taps.set(name, text);
    } else if (kind === 'net-mac') {
      macs.set(name, text);
    } else if (kind === 'udp') {
      const endpoint = /^([0-9.]+):([0-9]{1,5})$/.exec(text);
      if (endpoint === null || !/^[0-9]{1,5}$/.test(name)) return unusable(word);
      udp.set(Number(name), { address: endpoint[1], port: Number(endpoint[2]) });
    } else {
      return unusable(word);
    }
  }
  return ok({ taps, macs, udp, bootArguments: separator < 0 ? [] : words.slice(separator + 1) });
}

function unusable(word: string): Result<never> {
  const kinds = FORMS.map((form) => form.split(':')[0]);
  const near = nearest(word.split(/[:=]/)[0], kinds);
  const form = FORMS.find((candidate) => near !== undefined && candidate.startsWith(`${near}:`));
  const expected = form ?? `${FORMS.join(', ')}, then -- and the boot arguments`;
  return misconfigured(`cannot use "${word}"\n  expected ${expected}`);
}
