import { UsageError } from '../usage.ts';

/** The options that name devices; on `node` and `unix` the image takes them as they are. */
export interface DeviceOptions {
  readonly words: readonly string[];
  /** TAP interfaces and hardware addresses by device name. */
  readonly taps: ReadonlyMap<string, string>;
  readonly macs: ReadonlyMap<string, string>;
  /** Files that are disks, and bytes in a block, by device name. */
  readonly disks: ReadonlyMap<string, string>;
  readonly sectorSizes: ReadonlyMap<string, string>;
}

export const NO_DEVICES: DeviceOptions = {
  words: [],
  taps: new Map(),
  macs: new Map(),
  disks: new Map(),
  sectorSizes: new Map(),
};

/** Takes the words that name devices, those of {@link KINDS}, out of what is before `--` of a command line. */
export function takeDeviceOptions(words: readonly string[]): {
  devices: DeviceOptions;
  others: readonly string[];
} {
  const values = new Map(KINDS.map((kind) => [kind, new Map<string, string>()]));
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  const isDevice = (word: string) => KINDS.some((kind) => word.startsWith(`--${kind}:`));
  const deviceWords = words.slice(0, end).filter(isDevice);
  for (const word of deviceWords) {
    const [, kind, name, value] = /^--([^:]+):([^=]+)=(.+)$/.exec(word) ?? [];
    if (value === undefined) {
      throw new UsageError(
        `cannot use "${word}"\n  expected a name and a value: --net:service=tap0`,
      );
    }
    values.get(kind)?.set(name, value);
  }
  const of = (kind: string) => values.get(kind) ?? new Map<string, string>();
  const devices = {
    words: deviceWords,
    taps: of('net'),
    macs: of('net-mac'),
    disks: of('block'),
    sectorSizes: of('block-sector-size'),
  };
  const others = [...words.slice(0, end).filter((word) => !isDevice(word)), ...words.slice(end)];
  return { devices, others };
}

const KINDS = ['net', 'net-mac', 'block', 'block-sector-size', 'udp', 'tcp'];
