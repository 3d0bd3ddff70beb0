/** Tickets that hold all that is needed to resume, encrypted: the server remembers nothing (RFC 5077's idea). */
import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import { Reader } from '@atoll/bytes/reader';
import { Writer } from '@atoll/bytes/writer';
import type { Entropy } from '@atoll/device/system';
import type { Aead, AeadAlgorithm } from '@atoll/primitives/aead';
import { equalBytes } from '@atoll/primitives/equal';
import type { TLS12, TLS13 } from '../hello.ts';
import { LIFETIME_LONGEST } from '../session.ts';
import {
  around16,
  isWhole,
  valuesIn,
  vector8,
  vector16,
  writeVector8,
  writeVector16,
} from '../vector.ts';

/** What is in a ticket. */
export interface TicketContent {
  /** {@link TLS13} or {@link TLS12}: a ticket is for its own version only. */
  readonly version: number;
  /** Milliseconds since 1970 UTC. */
  readonly issued: number;
  /** Of the suite. */
  readonly suite: number;
  /** The name of its hash. */
  readonly hash: string;
  readonly ageAdd: number;
  /** What ALPN chose, or empty. */
  readonly protocol: string;
  readonly psk: Uint8Array;
  /** Empty when the client named none. */
  readonly serverName: string;
  /** Milliseconds since 1970 UTC; missing when it is good for a whole lifetime. */
  readonly expires?: number;
  /** The certificates of a client that showed some, in DER. */
  readonly peerChain?: readonly Uint8Array[];
}

/** Whether a ticket may hold `chain`: it comes back in a hello, which a client has to send in one go. */
export function fitsTicket(chain: readonly Uint8Array[]): boolean {
  return chain.reduce((sum, { length }) => sum + length, 0) <= CHAIN_LONGEST;
}

export interface TicketKeysOptions {
  /** Seconds that a ticket is good for, at most 604,800; 7,200 when nothing is said. */
  readonly lifetime?: number;
}

/**
 * The keys of tickets. Each is for sealing during one lifetime, and for opening during the next one; whoever
 * gets the keys of now cannot open older tickets.
 */
export class TicketKeys {
  /** Seconds. */
  readonly lifetime: number;
  readonly #aead: AeadAlgorithm;
  #current: TicketKey | undefined;
  #previous: TicketKey | undefined;

  constructor(aead: AeadAlgorithm, options: TicketKeysOptions = {}) {
    this.#aead = aead;
    this.lifetime = options.lifetime ?? 7_200;
    if (!(this.lifetime >= 1 && this.lifetime <= LIFETIME_LONGEST)) {
      throw new RangeError(`tickets cannot live for ${this.lifetime} seconds`);
    }
  }

  seal(content: TicketContent, entropy: Entropy, now: number): Uint8Array {
    const key = this.#sealing(entropy, now);
    const { nonceLength, tagLength } = this.#aead;
    const out = new Writer(256);
    out.bytes(key.name);
    const nonce = new Uint8Array(nonceLength);
    entropy.fill(nonce);
    out.bytes(nonce);
    const start = out.length;
    out.u32(content.issued / 0x1_0000_0000);
    out.u32(content.issued);
    out.u16(content.version);
    out.u16(content.suite);
    out.u32(content.ageAdd);
    writeVector8(out, encodeLatin1(content.protocol));
    writeVector8(out, encodeLatin1(content.hash));
    writeVector8(out, content.psk);
    writeVector8(out, encodeLatin1(content.serverName));
    const { expires = content.issued + 1000 * this.lifetime, peerChain = [] } = content;
    out.u32(expires / 0x1_0000_0000);
    out.u32(expires);
    around16(out, () => {
      for (const certificate of peerChain) writeVector16(out, certificate);
    });
    const end = out.length;
    out.zeros(tagLength);
    const ticket = out.view();
    key.aead.seal(nonce, key.name, ticket, start, end, end);
    return out.finish();
  }

  /** What is in `ticket`, which comes from outside; `undefined` when it is none of ours, or too old. */
  open(ticket: Uint8Array, now: number): TicketContent | undefined {
    this.#rotate(now);
    const { nonceLength, tagLength } = this.#aead;
    const start = NAME_LENGTH + nonceLength;
    const end = ticket.length - tagLength;
    if (end < start || ticket.length > LONGEST) return undefined;
    const key = this.#named(ticket.subarray(0, NAME_LENGTH));
    if (key === undefined) return undefined;
    const bytes = ticket.slice();
    const nonce = bytes.slice(NAME_LENGTH, start);
    if (!key.aead.open(nonce, key.name, bytes, start, end, end)) return undefined;
    const reader = new Reader(bytes, start, end);
    const issued = u64(reader);
    const version = reader.u16();
    const suite = reader.u16();
    const ageAdd = reader.u32();
    const protocol = decodeLatin1(vector8(reader));
    const hash = decodeLatin1(vector8(reader));
    const psk = vector8(reader).slice();
    const serverName = decodeLatin1(vector8(reader));
    const expires = u64(reader);
    const peerChain = valuesIn(vector16(reader).slice(), 0, vector16) ?? [];
    bytes.fill(0);
    if (!isWhole(reader) || now < issued || now >= expires) return undefined;
    return { version, issued, suite, hash, ageAdd, protocol, psk, serverName, expires, peerChain };
  }

  #sealing(entropy: Entropy, now: number): TicketKey {
    this.#rotate(now);
    if (this.#current === undefined) {
      const name = new Uint8Array(NAME_LENGTH);
      entropy.fill(name);
      const key = new Uint8Array(this.#aead.keyLength);
      entropy.fill(key);
      this.#current = { name, aead: this.#aead.withKey(key), since: now };
      key.fill(0);
    }
    return this.#current;
  }

  /** Forgets what is too old; a clock that went back makes everything so. */
  #rotate(now: number): void {
    const period = 1000 * this.lifetime;
    const age = this.#current ? now - this.#current.since : 0;
    if (age >= 0 && age < period) {
      if (this.#previous && now - this.#previous.since >= 2 * period) this.#dropPrevious();
      return;
    }
    this.#dropPrevious();
    this.#previous = this.#current;
    this.#current = undefined;
    if (age < 0 || age >= 2 * period) this.#dropPrevious();
  }

  #dropPrevious(): void {
    this.#previous?.aead.wipe();
    this.#previous = undefined;
  }

  #named(name: Uint8Array): TicketKey | undefined {
    for (const key of [this.#current, this.#previous]) {
      if (key && equalBytes(key.name, name)) return key;
    }
    return undefined;
  }
}

interface TicketKey {
  /** Tells which key a ticket is under; no secret. */
  readonly name: Uint8Array;
  readonly aead: Aead;
  /** Milliseconds since 1970 UTC. */
  readonly since: number;
}

function u64(reader: Reader): number {
  return reader.u32() * 0x1_0000_0000 + reader.u32();
}

const NAME_LENGTH = 16;
/** Bytes of certificates. */
const CHAIN_LONGEST = 0x2000;
/** More than any of ours has. */
const LONGEST = CHAIN_LONGEST + 1024;
