import type { Located } from '@atoll/bytes/fast';
import type { Frame, Offloads } from '@atoll/device/network';
import type { IpAddress } from '@atoll/device/socket';
import type { Ipv4Host } from '@atoll/tcp/fast';

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
  /** Takes `frame` if there is a good segment for `host` in it; answers false for all others. */
  handleFrame(frame: Frame, host: Ipv4Host, now: number): boolean;
}

/** What TCP may leave to those below, whatever the device can do: see `Link`. */
export const ALL_OFFLOADS: Offloads = { checksum: true, segmentation: true };
