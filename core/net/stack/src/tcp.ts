import type { Located } from '@atoll/bytes/fast';
import type { IpAddress } from '@atoll/device/socket';

/** Who takes TCP segments: `TcpHost` of `@atoll/tcp`. */
export interface Segments {
  /** Takes the segment in `region` from `start` to `end`; `isChecked` when its checksum is known to be good. */
  handle(
    region: Located,
    start: number,
    end: number,
    source: IpAddress,
    destination: IpAddress,
    isChecked: boolean,
    segmentSize: number,
    now: number,
  ): void;
}
