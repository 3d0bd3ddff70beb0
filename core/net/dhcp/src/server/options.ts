/** Which configured options a reply may carry, by the tags of the request. */
import type { DhcpOption } from '../argument/option.ts';
import { holds } from '../argument/tag.ts';
import type { DhcpServerConfig } from '../config.ts';
import { NEXT_SERVER } from '../option.ts';
import type { OptionValue } from '../value.ts';
import type { ServedRange } from './state.ts';

export interface ConfiguredOptions {
  /** By code; `undefined` for an option that is not to be sent, not even its default. */
  readonly values: ReadonlyMap<number, Uint8Array | undefined>;
  /** Codes to send unasked. */
  readonly forced: readonly number[];
  /** The field `siaddr`. */
  readonly nextServer: number;
}

/** Chooses once for each range and set of host tags, of which there are as many as the configuration has. */
export class OptionChooser {
  readonly #config: DhcpServerConfig;
  readonly #chosen = new Map<ServedRange, Map<ReadonlySet<string>, ConfiguredOptions>>();

  constructor(config: DhcpServerConfig) {
    this.#config = config;
  }

  /** `tags` is compared by identity: the same set for the same host. */
  choose(range: ServedRange, tags: ReadonlySet<string>): ConfiguredOptions {
    let byTags = this.#chosen.get(range);
    if (byTags === undefined) {
      byTags = new Map();
      this.#chosen.set(range, byTags);
    }
    let chosen = byTags.get(tags);
    if (chosen === undefined) {
      chosen = chooseOptions(this.#config, range.range.tags, tags);
      byTags.set(tags, chosen);
    }
    return chosen;
  }
}

/**
 * Of several lines for one option the one with the highest rank counts, of equal ones the last: a line
 * whose conditions hold by the host's tags stands above one that needs the range's, and that above a
 * line without conditions.
 */
function chooseOptions(
  { options, address }: DhcpServerConfig,
  rangeTags: readonly string[],
  hostTags: ReadonlySet<string>,
): ConfiguredOptions {
  const allTags = new Set([...hostTags, ...rangeTags]);
  const best = new Map<number, { line: DhcpOption; rank: number }>();
  for (const line of options) {
    if (!holds(line.conditions, allTags)) continue;
    let rank = 0;
    if (line.conditions.length > 0) rank = holds(line.conditions, hostTags) ? 2 : 1;
    if (rank >= (best.get(line.code)?.rank ?? 0)) best.set(line.code, { line, rank });
  }

  const values = new Map<number, Uint8Array | undefined>();
  const forced: number[] = [];
  let nextServer = address;
  for (const [code, { line }] of best) {
    const bytes = line.value === undefined ? undefined : resolve(line.value, address);
    if (code === NEXT_SERVER) {
      nextServer = bytes === undefined ? 0 : new DataView(bytes.buffer).getUint32(0);
      continue;
    }
    values.set(code, bytes);
    if (line.forced) forced.push(code);
  }
  return { values, forced, nextServer };
}

/** Puts the server's own address where `0.0.0.0` was written. */
function resolve(value: OptionValue, address: number): Uint8Array {
  const bytes = value.bytes.slice();
  for (const at of value.ownAddressAt) new DataView(bytes.buffer).setUint32(at, address);
  return bytes;
}
