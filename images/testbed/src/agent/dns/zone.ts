import type { Reply } from './message.ts';
import { NOERROR, NXDOMAIN } from './message.ts';
import type { ZoneRecord } from './record.ts';
import { parseRecord, TYPE_NUMBERS } from './record.ts';

/** What the name server of a test knows, and how it behaves. */
export interface ZoneText {
  /** Lines such as `www.example 300 A 192.0.2.1`; the first is the SOA that negative answers show. */
  readonly records: readonly string[];
  /** By name, after how many milliseconds it is answered. */
  readonly slow?: Readonly<Record<string, number>>;
  /** Names that are never answered. */
  readonly silent?: readonly string[];
  /** Names whose records are also those of every name one label below. */
  readonly wildcards?: readonly string[];
}

/** Looks names up, following CNAME records, and tells NXDOMAIN from an empty answer (RFC 2308). */
export class Zone {
  readonly #soa: ZoneRecord;
  readonly #records: readonly ZoneRecord[];
  readonly #wildcards: readonly string[];

  constructor({ records, wildcards = [] }: ZoneText) {
    this.#records = records.map(parseRecord);
    this.#soa = this.#records[0];
    this.#wildcards = wildcards;
  }

  reply(name: string, type: number): Reply {
    const answer: ZoneRecord[] = [];
    for (let owner = name; answer.length < LONGEST_CHAIN; ) {
      const records = this.#at(owner);
      if (records.length === 0) return { rcode: NXDOMAIN, answer, authority: [this.#soa] };
      const fitting = records.filter((record) => TYPE_NUMBERS[record.type] === type);
      if (fitting.length > 0) {
        return { rcode: NOERROR, answer: [...answer, ...fitting], authority: [] };
      }
      const alias = records.find((record) => record.type === 'CNAME');
      if (alias === undefined) return { rcode: NOERROR, answer, authority: [this.#soa] };
      answer.push(alias);
      owner = alias.data;
    }
    return { rcode: NOERROR, answer, authority: [] };
  }

  #at(name: string): ZoneRecord[] {
    const parent = name.slice(name.indexOf('.') + 1);
    const owner = this.#wildcards.includes(parent) ? parent : name;
    const found = this.#records.filter((record) => record.name === owner);
    return found.map((record) => ({ ...record, name }));
  }
}

const LONGEST_CHAIN = 16;
