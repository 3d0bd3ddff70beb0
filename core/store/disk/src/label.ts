/**
 * The label of a disk: bytes and values.
 *
 *     0   8  "ATOLLDSK"
 *     8   2  version of the format, 1
 *     10  2  block size that the disk was made for, in bytes
 *     12 16  identity: random, made with the disk
 *     28  1  length of the owner's name, 1 to 67
 *     29 67  owner: the name of an appliance, zeros behind it
 *     96  1  number of regions, at most 4
 *     97     18 bytes for each: kind 2, offset 8, size 8, in bytes from the start of the disk
 *     ...    zeros
 *     4088 8 SipHash-2-4 of all before it under the key "Atoll disk label", low half first
 *
 * Numbers are big-endian. What matters lies in the first sector, which disks write whole or not at all.
 */
import { Reader } from '@atoll/bytes/reader';
import { SipHash } from '@atoll/bytes/siphash';
import { decodeUtf8, encodeUtf8 } from '@atoll/bytes/utf8';
import { Writer } from '@atoll/bytes/writer';
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';

export interface DiskLabel {
  /** The appliance that the disk was made for: 1 to 67 letters, digits and hyphens. */
  readonly owner: string;
  /** 512, 1024, 2048 or 4096. */
  readonly blockSize: number;
  /** {@link IDENTITY_LENGTH} random bytes. */
  readonly identity: Uint8Array;
  /** At most one of each kind; they do not overlap, and keep clear of both labels. */
  readonly regions: readonly DiskRegion[];
}

/** `offset` and `size` are bytes, multiples of {@link LABEL_LENGTH}. */
export interface DiskRegion {
  readonly kind: RegionKind;
  readonly offset: number;
  readonly size: number;
}

export type RegionKind = 'configuration' | 'journal';

/** A label takes so many bytes at the start of the disk, whatever the block size, and so does its copy. */
export const LABEL_LENGTH = 4096;

export const IDENTITY_LENGTH = 16;

/** The region of `label` for `kind`. */
export function regionOf(label: DiskLabel, kind: RegionKind): DiskRegion | undefined {
  return label.regions.find((region) => region.kind === kind);
}

/** The {@link LABEL_LENGTH} bytes of `label`. */
export function writeLabel({ owner, blockSize, identity, regions }: DiskLabel): Uint8Array {
  if (!OWNER.test(owner)) throw new RangeError(`no owner can be called "${owner}"`);
  if (identity.length !== IDENTITY_LENGTH) throw new RangeError('an identity has 16 bytes');
  const writer = new Writer(LABEL_LENGTH);
  writer.bytes(encodeUtf8(MAGIC));
  writer.u16(VERSION);
  writer.u16(blockSize);
  writer.bytes(identity);
  writer.u8(owner.length);
  writer.bytes(encodeUtf8(owner));
  writer.zeros(OWNER_CAPACITY - owner.length);
  writer.u8(regions.length);
  for (const { kind, offset, size } of regions) {
    writer.u16(REGION_KINDS.indexOf(kind) + 1);
    writeU64(writer, offset);
    writeU64(writer, size);
  }
  writer.zeros(CHECK_OFFSET - writer.length);
  const low = CHECK.hash(writer.view(), 0, CHECK_OFFSET);
  writer.u32(low);
  writer.u32(CHECK.high);
  return writer.finish();
}

/** Whether `bytes` are all zeros: there is no label, and nobody wrote anything in its place. */
export function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** The label in the {@link LABEL_LENGTH} `bytes`; says why it is none. */
export function parseLabel(bytes: Uint8Array): Result<DiskLabel, Failure> {
  if (bytes.length !== LABEL_LENGTH) throw new RangeError(`a label of ${bytes.length} bytes`);
  const reader = new Reader(bytes);
  if (decodeUtf8(reader.take(MAGIC.length)) !== MAGIC) return misconfigured('it is no Atoll disk');
  const version = reader.u16();
  if (version !== VERSION) {
    return misconfigured(
      `its format has version ${version}, this program knows version ${VERSION}`,
    );
  }
  const low = CHECK.hash(bytes, 0, CHECK_OFFSET);
  const check = new Reader(bytes, CHECK_OFFSET);
  if (check.u32() !== low || check.u32() !== CHECK.high)
    return misconfigured('its label is damaged');

  const blockSize = reader.u16();
  const identity = reader.take(IDENTITY_LENGTH).slice();
  const ownerLength = reader.u8();
  const owner = decodeUtf8(reader.take(OWNER_CAPACITY).subarray(0, ownerLength));
  const count = reader.u8();
  if (![512, 1024, 2048, 4096].includes(blockSize) || !OWNER.test(owner) || count > MOST_REGIONS)
    return misconfigured('its label makes no sense');
  const regions: DiskRegion[] = [];
  for (let index = 0; index < count; index++) {
    const kind = REGION_KINDS[reader.u16() - 1];
    const offset = readU64(reader);
    const size = readU64(reader);
    if (kind === undefined || !isPlace(offset, size, regions) || regions.some(sameKind(kind)))
      return misconfigured('its label has a region that cannot be');
    regions.push({ kind, offset, size });
  }
  return ok({ owner, blockSize, identity, regions });
}

/** Whether a region can lie there, beside `others`. Beyond the end of the disk is for `read.ts` to see. */
function isPlace(offset: number, size: number, others: readonly DiskRegion[]): boolean {
  const end = offset + size;
  if (offset < LABEL_LENGTH || size < LABEL_LENGTH || end > Number.MAX_SAFE_INTEGER) return false;
  if (offset % LABEL_LENGTH !== 0 || size % LABEL_LENGTH !== 0) return false;
  return others.every((other) => end <= other.offset || offset >= other.offset + other.size);
}

function sameKind(kind: RegionKind): (region: DiskRegion) => boolean {
  return (region) => region.kind === kind;
}

/** `value` is a whole number below 2^53. */
function writeU64(writer: Writer, value: number): void {
  writer.u32(Math.floor(value / 0x1_0000_0000));
  writer.u32(value % 0x1_0000_0000);
}

/** Not exact from 2^53 on, which {@link isPlace} refuses. */
function readU64(reader: Reader): number {
  return reader.u32() * 0x1_0000_0000 + reader.u32();
}

const MAGIC = 'ATOLLDSK';
const VERSION = 1;
const OWNER_CAPACITY = 67;
const OWNER = /^[A-Za-z0-9][A-Za-z0-9-]{0,66}$/;
const MOST_REGIONS = 4;
/** Their numbers in the label are their places here, from 1 on. */
const REGION_KINDS: readonly RegionKind[] = ['configuration', 'journal'];
const CHECK_OFFSET = LABEL_LENGTH - 8;
const CHECK = new SipHash(encodeUtf8('Atoll disk label'));
