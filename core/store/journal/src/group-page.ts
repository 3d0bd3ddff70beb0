import type { BlockRequest } from '@atoll/device/block';
import type { Region } from '@atoll/device/fast';
import { roundUp } from './geometry.ts';
import type { GroupHeader } from './group.ts';
import { writeGroupPart, writeSegmentPart } from './group.ts';
import type { Page } from './page.ts';
import { pageOf } from './page.ts';
import type { JournalRegion } from './region.ts';

/** Memory in which groups are made, and the request that writes one: both for one group after the other. */
export class GroupPage {
  readonly page: Page;
  readonly #region: JournalRegion;
  readonly #request: { -readonly [K in keyof BlockRequest]: BlockRequest[K] };
  /** The first 1, 2, 3 ... blocks of the page, as far as they were needed. */
  readonly #views: Uint8Array[] = [];
  /** The serial number and nonce of the segment of which the header here speaks. */
  #serial = 0;
  #nonce = 0;

  constructor(memory: Region, region: JournalRegion) {
    this.page = pageOf(memory);
    this.#region = region;
    this.#request = { operation: 'write', block: 0, bytes: memory.bytes, failure: undefined };
  }

  /** Puts `header` before the records, and zeros behind them; answers the request that writes it all. */
  close(header: GroupHeader, operation: 'write' | 'persist'): BlockRequest {
    const { bytes } = this.page;
    const { hash, blockSize } = this.#region;
    const { length, serial, nonce, position } = header;
    const end = roundUp(length, blockSize);
    bytes.fill(0, length, end);
    if (serial !== this.#serial || nonce !== this.#nonce) writeSegmentPart(this.page, 0, header);
    this.#serial = serial;
    this.#nonce = nonce;
    writeGroupPart(this.page, 0, header, hash);

    const request = this.#request;
    const count = end / blockSize;
    this.#views[count] ??= bytes.subarray(0, end);
    request.operation = operation;
    request.block = this.#region.blockAt(position);
    request.bytes = this.#views[count];
    return request;
  }
}
