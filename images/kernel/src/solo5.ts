/**
 * What Solo5's tenders read in an image before they load it (solo5: `elf_abi.h`, `mft_abi.h`). All
 * numbers are little-endian.
 */

/** The platforms that tenders of Solo5 load, with the number and the version of their interface. */
export const SOLO5_ABI = {
  hvt: { target: 1, version: 2 },
  spt: { target: 2, version: 2 },
} as const;

export type Solo5Platform = keyof typeof SOLO5_ABI;

/** A device that the image declares; the tender gives each of them, and no others. */
export interface Solo5Device {
  /** 1 to {@link LONGEST_NAME} letters and digits. */
  readonly name: string;
  readonly type: 'network' | 'block';
}

/** What an image says to tenders. */
export interface Solo5Manifest {
  readonly platform: Solo5Platform;
  readonly version: number;
  readonly devices: readonly Solo5Device[];
}

export const LONGEST_NAME = 67;

/** The most devices that a manifest holds. */
export const MOST_DEVICES = 63;

/** The sections that make an image one of Solo5's; `image.ld` gives each note a header of its own. */
export function solo5Sections(
  platform: Solo5Platform,
  devices: readonly Solo5Device[],
): Record<string, Uint8Array> {
  const { target, version } = SOLO5_ABI[platform];
  const abi = Buffer.alloc(16);
  abi.writeUInt32LE(target, 0);
  abi.writeUInt32LE(version, 4);
  return {
    '.interp': Buffer.from('/nonexistent/solo5/\0'),
    // OpenBSD runs what is no executable of its own with its shell, unless it finds this.
    '.note.openbsd': encodeNote('OpenBSD', 1, Buffer.alloc(4)),
    '.note.solo5.abi': encodeNote(OWNER, TYPE_ABI, abi),
    '.note.solo5.manifest': encodeNote(OWNER, TYPE_MANIFEST, encodeManifest(devices)),
  };
}

/** What the ELF64 file `image` says to tenders; `undefined` when it is for none. */
export function readSolo5(image: Uint8Array): Solo5Manifest | undefined {
  const abi = findNote(image, TYPE_ABI);
  const manifest = findNote(image, TYPE_MANIFEST);
  if (abi === undefined || manifest === undefined) return undefined;
  const platform = (Object.keys(SOLO5_ABI) as Solo5Platform[]).find(
    (name) => SOLO5_ABI[name].target === abi.readUInt32LE(0),
  );
  if (platform === undefined) return undefined;
  const version = abi.readUInt32LE(4);
  return { platform, version, devices: decodeManifest(manifest) };
}

function encodeManifest(devices: readonly Solo5Device[]): Buffer {
  if (devices.length > MOST_DEVICES) throw new Error(`more than ${MOST_DEVICES} devices`);
  const manifest = Buffer.alloc(PADDING + HEADER + (1 + devices.length) * ENTRY);
  manifest.writeUInt32LE(MANIFEST_VERSION, PADDING);
  manifest.writeUInt32LE(1 + devices.length, PADDING + 4);
  manifest.writeUInt32LE(RESERVED_FIRST, PADDING + HEADER + TYPE);
  for (const [index, { name, type }] of devices.entries()) {
    if (!/^[A-Za-z0-9]{1,67}$/.test(name)) {
      throw new Error(`"${name}" is no name for a device: 1 to ${LONGEST_NAME} letters and digits`);
    }
    const at = PADDING + HEADER + (1 + index) * ENTRY;
    manifest.write(name, at, 'latin1');
    manifest.writeUInt32LE(TYPES[type], at + TYPE);
  }
  return manifest;
}

function decodeManifest(manifest: Buffer): Solo5Device[] {
  const devices: Solo5Device[] = [];
  for (let at = PADDING + HEADER; at + ENTRY <= manifest.length; at += ENTRY) {
    const number = manifest.readUInt32LE(at + TYPE);
    const type = (['network', 'block'] as const).find((name) => TYPES[name] === number);
    if (type === undefined) continue;
    const [name] = manifest.toString('latin1', at, at + TYPE).split('\0', 1);
    devices.push({ name, type });
  }
  return devices;
}

/** System V ABI, "Note Section": the sizes of name and description, the type, both, padded to 4 bytes. */
function encodeNote(owner: string, type: number, description: Buffer): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32LE(owner.length + 1, 0);
  head.writeUInt32LE(description.length, 4);
  head.writeUInt32LE(type, 8);
  head.write(owner, 12, 'latin1');
  return Buffer.concat([head, description]);
}

/** The description of the note of Solo5 of `type` that comes first in one of the PT_NOTE of `image`. */
function findNote(image: Uint8Array, type: number): Buffer | undefined {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f45_4c46) return undefined;
  const headers = Number(bytes.readBigUInt64LE(32));
  const count = bytes.readUInt16LE(56);
  for (let header = headers; header < headers + count * 56; header += 56) {
    if (header + 56 > bytes.length) return undefined;
    if (bytes.readUInt32LE(header) !== PT_NOTE) continue;
    const at = Number(bytes.readBigUInt64LE(header + 8));
    if (at + 20 > bytes.length || bytes.readUInt32LE(at + 8) !== type) continue;
    const end = at + 20 + bytes.readUInt32LE(at + 4);
    if (bytes.toString('latin1', at + 12, at + 18) !== `${OWNER}\0` || end > bytes.length) continue;
    return bytes.subarray(at + 20, end);
  }
  return undefined;
}

const OWNER = 'Solo5';
const TYPE_ABI = 0x3149_4241;
const TYPE_MANIFEST = 0x3154_464d;
const PT_NOTE = 4;

/** The manifest is aligned to 8 bytes, behind 20 of its note's head. */
const PADDING = 4;
const MANIFEST_VERSION = 1;
const HEADER = 8;
const ENTRY = 104;
/** Where the type is in an entry, behind the name. */
const TYPE = 68;
const TYPES = { block: 1, network: 2 } as const;
const RESERVED_FIRST = 1 << 30;
