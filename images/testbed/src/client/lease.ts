import { existsSync, readFileSync } from 'node:fs';
import { eventually } from '../poll.ts';

/** What a DHCP client told its script: the event, and the variables of the environment. */
export interface LeaseEvent {
  readonly event: string;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * The events that a client's script wrote to a file, oldest first. Each is a line with the name
 * of the event, then one line per variable, then an empty line.
 */
export class LeaseRecord {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  events(): LeaseEvent[] {
    if (!existsSync(this.file)) return [];
    const blocks = readFileSync(this.file, 'utf8').split('\n\n');
    // What follows the last empty line is still being written.
    return blocks.slice(0, -1).map(parseEvent);
  }

  /** Waits until the client reported one of `names` after its first `seen` events. */
  async next(seen: number, ...names: string[]): Promise<LeaseEvent> {
    const found = await eventually(
      () => this.events().find(({ event }, index) => index >= seen && names.includes(event)),
      20_000,
    );
    if (found !== undefined) return found;
    const events = this.events().map(({ event }) => event);
    throw new Error(`no ${names.join(' or ')} among the client's events: ${events.join(', ')}`);
  }
}

function parseEvent(block: string): LeaseEvent {
  const [event, ...lines] = block.split('\n');
  const pairs = lines.map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return { event, values: Object.fromEntries(pairs) };
}
