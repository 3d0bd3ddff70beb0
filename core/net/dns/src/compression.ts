/**
 * Domain names inside a message, with the compression of RFC 1035 section 4.1.4: a name may end in a
 * pointer, two octets with the two top bits set, to where the rest of it stands earlier in the message.
 */
import { LABEL_LIMIT, NAME_LIMIT, type Name, ROOT } from './name.ts';
import { octetString } from './octets.ts';

/** Octets of the header; the first name of a message stands behind it. */
export const HEADER_LENGTH = 12;

/**
 * Reads the names of one message from anybody.
 *
 * A pointer must go back to before the labels that it ends, and not into the header; so there are no
 * loops. What a pointer led to is remembered, so a message is read in time linear to its length even
 * when all its names go through one long chain.
 */
export class NameReader {
  /** Where the name that was read last ends (exclusive). */
  next = 0;
  readonly #bytes: Uint8Array;
  /** The name directly behind the header, which nearly all pointers of a response go to. */
  #first: Name | undefined;
  #targets: Map<number, Name> | undefined;

  constructor(message: Uint8Array) {
    this.#bytes = message;
  }

  /**
   * The name at `start`; `undefined` when there is none: it is cut short, too long, has a label type
   * other than 00 and 11, or a pointer that does not go back.
   */
  read(start: number): Name | undefined {
    const bytes = this.#bytes;
    const end = labelsEnd(bytes, start);
    if (end < 0) return undefined;
    if (bytes[end] === 0) {
      this.next = end + 1;
      if (end === start) return ROOT;
      const name = octetString(bytes.subarray(start, end + 1));
      if (start === HEADER_LENGTH) this.#first = name;
      return name;
    }
    this.next = end + 2;
    const ending = this.#follow(start, end);
    if (ending === undefined || end === start) return ending;
    if (end - start + ending.length > NAME_LIMIT) return undefined;
    return octetString(bytes.subarray(start, end)) + ending;
  }

  /** The name that the pointer at `at` leads to; the labels before that pointer begin at `start`. */
  #follow(start: number, at: number): Name | undefined {
    const bytes = this.#bytes;
    const passed: number[] = [];
    let name = '';
    let labels = start;
    let pointer = at;
    for (let hops = 0; hops < HOP_LIMIT && name.length < NAME_LIMIT; hops++) {
      const target = pointerTarget(bytes, pointer);
      if (target >= labels || target < HEADER_LENGTH) return undefined;
      const known = this.#known(target);
      if (known !== undefined) return this.#remember(passed, name + known);
      const end = labelsEnd(bytes, target);
      if (end < 0) return undefined;
      passed.push(target, name.length);
      if (bytes[end] === 0) {
        return this.#remember(passed, name + octetString(bytes.subarray(target, end + 1)));
      }
      if (end > target) name += octetString(bytes.subarray(target, end));
      labels = target;
      pointer = end;
    }
    return undefined;
  }

  #known(target: number): Name | undefined {
    if (target === HEADER_LENGTH && this.#first !== undefined) return this.#first;
    return this.#targets?.get(target);
  }

  /**
   * The name when it is not too long, noted for each target in `passed`, where targets stand in turn with
   * the index in the name of what they led to.
   */
  #remember(passed: readonly number[], name: Name): Name | undefined {
    if (name.length > NAME_LIMIT) return undefined;
    if (passed.length === 0) return name;
    this.#targets ??= new Map();
    for (let index = 0; index < passed.length; index += 2) {
      this.#targets.set(passed[index], name.slice(passed[index + 1]));
    }
    return name;
  }
}

/**
 * Where the labels from `start` end: the index of the root's octet or of a pointer; negative when there is
 * none within the length of a name.
 */
function labelsEnd(bytes: Uint8Array, start: number): number {
  const limit = Math.min(bytes.length, start + NAME_LIMIT);
  let at = start;
  while (at < limit) {
    const length = bytes[at];
    if (length === 0 || length >= POINTER) return at;
    if (length > LABEL_LIMIT) return -1;
    at += length + 1;
  }
  return -1;
}

/** The offset that the pointer at `at` says; negative when it is cut short. */
function pointerTarget(bytes: Uint8Array, at: number): number {
  return at + 1 < bytes.length ? ((bytes[at] & ~POINTER) << 8) | bytes[at + 1] : -1;
}

/**
 * Writes a message of our own: fields big-endian, names compressed.
 *
 * Names are equal for compression when their octets are, so the letter case of each one survives.
 */
export class MessageWriter {
  /** Where the next octet goes. */
  offset = 0;
  readonly bytes: Uint8Array;
  /** The name directly behind the header, which nearly all names of a response are. */
  #first: Name | undefined;
  #offsets: Map<Name, number> | undefined;

  /** `capacity` is in octets and an upper bound: the buffer does not grow. */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  u8(value: number): void {
    this.bytes[this.offset++] = value;
  }

  u16(value: number): void {
    const at = this.offset;
    this.bytes[at] = value >>> 8;
    this.bytes[at + 1] = value;
    this.offset = at + 2;
  }

  twoU16(first: number, second: number): void {
    const at = this.offset;
    const bytes = this.bytes;
    bytes[at] = first >>> 8;
    bytes[at + 1] = first;
    bytes[at + 2] = second >>> 8;
    bytes[at + 3] = second;
    this.offset = at + 4;
  }

  u32(value: number): void {
    const at = this.offset;
    const bytes = this.bytes;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    this.offset = at + 4;
  }

  octets(value: Uint8Array): void {
    this.bytes.set(value, this.offset);
    this.offset += value.length;
  }

  /** The name, its longest ending that was written before as a pointer. */
  name(name: Name): void {
    if (name === this.#first) {
      this.u16(POINTER_TO_FIRST);
      return;
    }
    if (this.offset === HEADER_LENGTH && name !== ROOT) {
      this.#first = name;
      this.#labels(name, 0, name.length);
      return;
    }
    const offsets = this.#known();
    let at = 0;
    for (let length = name.charCodeAt(0); length > 0; length = name.charCodeAt(at)) {
      const ending = at === 0 ? name : name.slice(at);
      const known = offsets.get(ending);
      if (known !== undefined) {
        this.u16((POINTER << 8) | known);
        return;
      }
      if (this.offset <= POINTER_LIMIT) offsets.set(ending, this.offset);
      this.#labels(name, at, at + length + 1);
      at += length + 1;
    }
    this.u8(0);
  }

  /** The characters of the name from `start` to `end` as octets. */
  #labels(name: Name, start: number, end: number): void {
    const bytes = this.bytes;
    let offset = this.offset;
    for (let at = start; at < end; at++) bytes[offset++] = name.charCodeAt(at);
    this.offset = offset;
  }

  /** Where names stand. The endings of the first one are entered when a second name asks, which is rare. */
  #known(): Map<Name, number> {
    if (this.#offsets !== undefined) return this.#offsets;
    const offsets = new Map<Name, number>();
    const first = this.#first ?? ROOT;
    for (let at = 0; first.charCodeAt(at) > 0; at += first.charCodeAt(at) + 1) {
      offsets.set(first.slice(at), HEADER_LENGTH + at);
    }
    this.#offsets = offsets;
    return offsets;
  }
}

/** The two top bits of the first octet of a pointer. */
const POINTER = 0xc0;
const POINTER_TO_FIRST = (POINTER << 8) | HEADER_LENGTH;
/** The last offset that 14 bits can say. */
const POINTER_LIMIT = 0x3fff;
/** A name has at most 127 labels, so more pointers on the way to its end are of no use. */
const HOP_LIMIT = 127;
