import { UsageError } from '../usage.ts';

/** The options that name devices; on `node` and `unix` the image takes them as they are. */
export interface DeviceOptions {
  readonly words: readonly string[];
  /** TAP interfaces and hardware addresses by device name. */
  readonly taps: ReadonlyMap<string, string>;
  readonly macs: ReadonlyMap<string, string>;
}

/** Takes the words `--net:…`, `--net-mac:…`, `--udp:…` and `--tcp:…` before `--` out of a command line. */
export function takeDeviceOptions(words: readonly string[]): {
  devices: DeviceOptions;
  others: readonly string[];
} {
  const taps = new Map<string, string>();
  const macs = new Map<string, string>();
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  const isDevice = (word: string) => /^--(?:net|net-mac|udp|tcp):/.test(word);
  const deviceWords = words.slice(0, end).filter(isDevice);
  for (const word of deviceWords) {
    const [, kind, name, value] = /^--([^:]+):([^=]+)=(.+)$/.exec(word) ?? [];
    if (value === undefined) {
      throw new UsageError(
        `cannot use "${word}"\n  expected a name and a value: --net:service=tap0`,
      );
    }
    if (kind === 'net') taps.set(name, value);
    if (kind === 'net-mac') macs.set(name, value);
  }
  const others = [...words.slice(0, end).filter((word) => !isDevice(word)), ...words.slice(end)];
  return { devices: { words: deviceWords, taps, macs }, others };
}
