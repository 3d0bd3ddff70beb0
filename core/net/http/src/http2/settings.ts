import type { Limits } from '../limits.ts';
import { ERROR, FRAME_SIZE, SETTING } from './code.ts';
import type { Flow } from './flow.ts';
import type { Settings } from './frame.ts';
import type { Encoder } from './hpack/encoder.ts';
import type { State } from './state.ts';
import type { Streams } from './streams.ts';

/** Our settings, for `most` streams at a time (RFC 9113 section 6.5.2, RFC 9218 section 2.1). */
export function ownSettings(limits: Limits, most: number): Settings {
  return [
    { id: SETTING.MAX_CONCURRENT_STREAMS, value: most },
    { id: SETTING.MAX_HEADER_LIST_SIZE, value: limits.fieldBytes },
    { id: SETTING.NO_RFC7540_PRIORITIES, value: 1 },
  ];
}

/** What settings of the peer act on. */
export interface SettingsTarget {
  readonly state: State;
  readonly flow: Flow;
  readonly streams: Streams;
  readonly encoder: Encoder;
}

/** Does as the peer's `settings` say, and says so. */
export function applySettings(settings: Settings, target: SettingsTarget): void {
  for (const { id, value } of settings) apply(id, value, target);
  target.state.control.push({ type: 'SETTINGS', isAck: true, settings: [] });
}

function apply(id: number, value: number, { state, flow, streams, encoder }: SettingsTarget): void {
  switch (id) {
    case SETTING.HEADER_TABLE_SIZE:
      encoder.limit(value);
      break;
    case SETTING.ENABLE_PUSH:
    case SETTING.NO_RFC7540_PRIORITIES:
      if (value > 1) state.fail(ERROR.PROTOCOL_ERROR, `setting ${id} is ${value}`);
      break;
    case SETTING.INITIAL_WINDOW_SIZE:
      flow.resize(value, streams.byId.values());
      break;
    case SETTING.MAX_FRAME_SIZE:
      if (value >= FRAME_SIZE && value < 0x100_0000) flow.frameSize = value;
      else state.fail(ERROR.PROTOCOL_ERROR, `frames of ${value} octets`);
      break;
    default:
  }
}
