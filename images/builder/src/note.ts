/**
 * ELF notes (System V ABI, "Note Section"): namesz, descsz, type, the name with its NUL, the
 * description; numbers are 32-bit little-endian, name and description padded to 4 bytes.
 */

const OWNER = 'Atoll';

/** The type of the one note that Atoll writes: a manifest as JSON in UTF-8. */
const TYPE_MANIFEST = 1;

/** The note with `text`, as it stands in the section `.note.atoll`. */
export function encodeNote(text: string): Uint8Array {
  const name = Buffer.from(`${OWNER}\0`);
  const description = Buffer.from(text);
  const note = Buffer.alloc(12 + align(name.length) + align(description.length));
  note.writeUInt32LE(name.length, 0);
  note.writeUInt32LE(description.length, 4);
  note.writeUInt32LE(TYPE_MANIFEST, 8);
  name.copy(note, 12);
  description.copy(note, 12 + align(name.length));
  return note;
}

/** The text of Atoll's note among `notes`, one behind the other; `undefined` when it is not there. */
export function decodeNotes(notes: Uint8Array): string | undefined {
  const bytes = Buffer.from(notes.buffer, notes.byteOffset, notes.byteLength);
  for (let at = 0; at + 12 <= bytes.length; ) {
    const nameSize = bytes.readUInt32LE(at);
    const size = bytes.readUInt32LE(at + 4);
    const type = bytes.readUInt32LE(at + 8);
    const start = at + 12 + align(nameSize);
    if (start + size > bytes.length) return undefined;
    const owner = bytes.toString('latin1', at + 12, at + 12 + nameSize);
    if (owner === `${OWNER}\0` && type === TYPE_MANIFEST) {
      return bytes.toString('utf8', start, start + size);
    }
    at = start + align(size);
  }
  return undefined;
}

/** Atoll's note in the ELF64 file `image`, found by its program headers; `undefined` without one. */
export function readElfNote(image: Uint8Array): string | undefined {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  if (bytes.length < ELF_HEADER || bytes.readUInt32BE(0) !== 0x7f45_4c46) return undefined;
  const headers = Number(bytes.readBigUInt64LE(32));
  const size = bytes.readUInt16LE(54);
  const count = bytes.readUInt16LE(56);
  if (size < PROGRAM_HEADER || headers + count * size > bytes.length) return undefined;
  for (let header = headers; header < headers + count * size; header += size) {
    if (bytes.readUInt32LE(header) !== PT_NOTE) continue;
    const offset = Number(bytes.readBigUInt64LE(header + 8));
    const length = Number(bytes.readBigUInt64LE(header + 32));
    const text = decodeNotes(bytes.subarray(offset, offset + length));
    if (text !== undefined) return text;
  }
  return undefined;
}

function align(size: number): number {
  return Math.ceil(size / 4) * 4;
}

const ELF_HEADER = 64;
const PROGRAM_HEADER = 56;
const PT_NOTE = 4;
