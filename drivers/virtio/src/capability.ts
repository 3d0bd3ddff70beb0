import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';

/** Reads `size` bytes of a PCI function's configuration space, little-endian; `offset` is 0 to 255. */
export type ReadConfiguration = (offset: number, size: 1 | 2 | 4) => number;

/** Where a structure lies: `length` bytes from `offset` on, in base address register `bar`. */
export interface Place {
  readonly bar: number;
  readonly offset: number;
  readonly length: number;
}

/** What a virtio function says about itself (virtio 1.2, section 4.1.4). */
export interface VirtioCapabilities {
  readonly common: Place;
  readonly notify: Place;
  /** What to multiply a queue's notification offset with. */
  readonly notifyMultiplier: number;
  readonly device: Place | undefined;
  readonly messages: MessageCapability | undefined;
}

/** MSI-X (PCI 3.0, section 6.8.2). */
export interface MessageCapability {
  /** Of the capability, in configuration space. */
  readonly offset: number;
  readonly table: Place;
}

/**
 * Walks the list of capabilities. Of several structures of one kind the first usable one counts, as the
 * specification asks. Answers `undefined` for a function without virtio's modern interface.
 */
export function readCapabilities(read: ReadConfiguration): Result<VirtioCapabilities | undefined> {
  if ((read(STATUS, 2) & HAS_CAPABILITIES) === 0) return ok(undefined);
  const places = new Map<number, Place>();
  let notifyMultiplier = 0;
  let messages: MessageCapability | undefined;
  let at = read(CAPABILITIES, 1) & ~3;
  for (let count = 0; at !== 0; count++, at = read(at + 1, 1) & ~3) {
    if (count === MOST_CAPABILITIES) return misconfigured('its list of capabilities has a loop');
    if (at < HEADER_LENGTH) return misconfigured('its list of capabilities leads into its header');
    const id = read(at, 1);
    if (id === MESSAGES && at + MESSAGES_LENGTH <= SPACE_LENGTH) {
      messages ??= readMessages(read, at);
    } else if (id === VENDOR && at + VIRTIO_LENGTH <= SPACE_LENGTH) {
      const kind = read(at + 3, 1);
      const place = readPlace(read, at);
      if (place === undefined || places.has(kind)) continue;
      if (kind === KIND.notify) {
        if (at + NOTIFY_LENGTH > SPACE_LENGTH) continue;
        notifyMultiplier = read(at + 16, 4);
      }
      places.set(kind, place);
    }
  }
  const common = places.get(KIND.common);
  const notify = places.get(KIND.notify);
  if (common === undefined || notify === undefined) return ok(undefined);
  if (common.length < COMMON_LENGTH) return misconfigured('its common structure is too short');
  return ok({ common, notify, notifyMultiplier, device: places.get(KIND.device), messages });
}

function readPlace(read: ReadConfiguration, at: number): Place | undefined {
  const bar = read(at + 4, 1);
  const offset = read(at + 8, 4);
  const length = read(at + 12, 4);
  // Other values of `bar` are reserved; the driver has to ignore such a structure.
  return bar <= LAST_BAR && offset % 4 === 0 ? { bar, offset, length } : undefined;
}

function readMessages(read: ReadConfiguration, at: number): MessageCapability | undefined {
  const entries = (read(at + 2, 2) & 0x7ff) + 1;
  const table = read(at + 4, 4);
  const bar = table & 7;
  if (bar > LAST_BAR) return undefined;
  return { offset: at, table: { bar, offset: table - bar, length: entries * 16 } };
}

const STATUS = 0x06;
const HAS_CAPABILITIES = 0x10;
const CAPABILITIES = 0x34;
const HEADER_LENGTH = 0x40;
const SPACE_LENGTH = 0x100;
/** A capability takes at least four bytes. */
const MOST_CAPABILITIES = (SPACE_LENGTH - HEADER_LENGTH) / 4;
const LAST_BAR = 5;

const VENDOR = 0x09;
const VIRTIO_LENGTH = 16;
const NOTIFY_LENGTH = 20;
const MESSAGES = 0x11;
const MESSAGES_LENGTH = 12;

const KIND = { common: 1, notify: 2, device: 4 } as const;

/** The common structure up to `queue_device`; later fields are of later versions. */
const COMMON_LENGTH = 56;
