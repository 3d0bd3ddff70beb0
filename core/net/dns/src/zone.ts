import type { IpAddress } from '@atoll/device/socket';
import { type Addresses, HostTable } from './hosts.ts';
import type { Question, ResourceRecord } from './message.ts';
import { canonicalName, labelCount, type Name, nameAt, parentName, ROOT } from './name.ts';
import {
  addressRecord,
  addressType,
  nameRecord,
  reverseAddress,
  startOfAuthority,
} from './record.ts';
import { type AddressRule, RuleTable } from './rules.ts';
import { specialZone } from './special.ts';
import { RCODE, TYPE } from './type.ts';

/** The most CNAME records that one answer follows, local and received ones together. */
export const CHAIN_LIMIT = 10;

export interface ZoneOptions {
  /** Domains that are ours: a name below one that is not known here does not exist. */
  readonly domains?: readonly Name[];
  /** Our networks: their addresses without a name have none, and nobody is asked. */
  readonly subnets?: readonly Subnet[];
  /** Whether reverse zones of private addresses are never asked about upstream; true by default. */
  readonly bogusPriv?: boolean;
  /** Seconds that answers of rules and negative answers may be kept by clients; 0 by default. */
  readonly ttl?: number;
}

export interface Subnet {
  readonly address: number;
  /** 0 to 32. */
  readonly prefixLength: number;
}

export interface LocalAnswer {
  readonly rcode: number;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Where the last CNAME of `answers` leads to, when what is there is not ours. */
  readonly next: Name | undefined;
  /** Whether a rule denied the name or gave it the null address. */
  readonly blocked: boolean;
}

/** Whether a host comes from the configuration, which goes first, or from a lease. */
export type HostOrigin = 'static' | 'lease';

/**
 * The names that are ours, and those that nobody else may be asked about.
 *
 * In order of precedence: hosts (static ones, then leases) and their addresses' reverse names, aliases,
 * address rules, our domains and networks, special-use names. A host outside our domains decides about
 * its address types only: for the others, the upstream servers are asked.
 */
export class Zone {
  /** Called after each change, when answers given before may be wrong from now on. */
  onChange: (() => void) | undefined;
  readonly #static = new HostTable();
  readonly #leases = new HostTable();
  readonly #aliases = new Map<Name, ResourceRecord>();
  readonly #rules = new RuleTable();
  readonly #domains: ReadonlySet<Name>;
  readonly #subnets: readonly Subnet[];
  readonly #bogusPriv: boolean;
  readonly #ttl: number;

  constructor(options: ZoneOptions = {}) {
    this.#domains = new Set(options.domains?.map(canonicalName));
    this.#subnets = options.subnets ?? [];
    this.#bogusPriv = options.bogusPriv ?? true;
    this.#ttl = options.ttl ?? 0;
  }

  /**
   * Gives `name` an address, beside those that it has, and the address a PTR record; `ttl` in seconds.
   *
   * A lease may have names below our domains and names of one label that are not special: a client of
   * the network does not become `localhost` or somebody's bank by saying so. Answers false for others.
   */
  setHost(name: Name, address: IpAddress, ttl: number, origin: HostOrigin = 'lease'): boolean {
    if (origin === 'lease' && !this.#leasable(canonicalName(name))) return false;
    if (this.#table(origin).set(name, address, ttl)) this.onChange?.();
    return true;
  }

  /** Takes an address from `name`. Without addresses the name is gone. */
  removeHost(name: Name, address: IpAddress, origin: HostOrigin = 'lease'): void {
    if (this.#table(origin).remove(name, address)) this.onChange?.();
  }

  /** Makes `name` another name of `target`, which may be anywhere. */
  setAlias(name: Name, target: Name, ttl: number): void {
    this.#aliases.set(canonicalName(name), nameRecord(TYPE.CNAME, name, target, ttl));
    this.onChange?.();
  }

  addRule(rule: AddressRule): void {
    this.#rules.add(rule);
    this.onChange?.();
  }

  /** The answer to a question of class IN; `undefined` when it is for the upstream servers. */
  lookup(question: Question): LocalAnswer | undefined {
    const { name, type } = question;
    const key = canonicalName(name);
    const found = this.#records(name, key, type);
    if (found !== undefined) return found;
    if (type !== TYPE.CNAME && this.#aliases.has(key)) return this.#follow(name, key, type);
    return this.#beyond(name, key, type);
  }

  /** The chain of aliases from `name`, and what is at its end as far as that is ours. */
  #follow(name: Name, key: Name, type: number): LocalAnswer {
    const chain: ResourceRecord[] = [];
    let owner = name;
    for (let at = key; ; at = canonicalName(owner)) {
      const found = this.#records(owner, at, type);
      const alias = found === undefined ? this.#aliases.get(at) : undefined;
      if (alias === undefined) {
        const end = found ?? this.#beyond(owner, at, type);
        if (end === undefined) return answer(RCODE.NOERROR, chain, NONE, owner);
        return { ...end, answers: [...chain, ...end.answers] };
      }
      if (chain.length === CHAIN_LIMIT) return answer(RCODE.SERVFAIL, NONE);
      chain.push({ ...alias, name: owner });
      owner = targetOf(alias);
    }
  }

  /** What the tables of records have for `name`, whose canonical form is `key`. */
  #records(name: Name, key: Name, type: number): LocalAnswer | undefined {
    const addresses = this.#static.addresses(key) ?? this.#leases.addresses(key);
    if (addresses !== undefined) {
      const answers = addressRecords(name, addresses, type);
      if (answers.length > 0) return answer(RCODE.NOERROR, answers);
    }
    const pointer = this.#static.pointer(key) ?? this.#leases.pointer(key);
    if (pointer !== undefined && (type === TYPE.PTR || type === TYPE.ANY)) {
      const record = nameRecord(TYPE.PTR, name, pointer.name, pointer.ttl);
      return answer(RCODE.NOERROR, [record]);
    }
    const alias = type === TYPE.CNAME || type === TYPE.ANY ? this.#aliases.get(key) : undefined;
    if (alias !== undefined) return answer(RCODE.NOERROR, [{ ...alias, name }]);
    // The reverse name of a host is ours alone, so it has no other records anywhere.
    return pointer === undefined ? undefined : this.#negative(RCODE.NOERROR, parentName(key));
  }

  /** What rules, our domains and special names say, once there is no record. */
  #beyond(name: Name, key: Name, type: number): LocalAnswer | undefined {
    return (
      this.#ruled(name, key, type) ?? this.#ours(name, key, type) ?? this.#special(name, key, type)
    );
  }

  #ruled(name: Name, key: Name, type: number): LocalAnswer | undefined {
    const ruling = this.#rules.find(key, type);
    if (ruling === undefined) return undefined;
    const { addresses, absent, domain } = ruling;
    if (addresses.length === 0) {
      const rcode = absent && !this.#exists(key) ? RCODE.NXDOMAIN : RCODE.NOERROR;
      return { ...this.#negative(rcode, domain), blocked: true };
    }
    const answers = addresses.map((address) => addressRecord(name, address, this.#ttl));
    const blocked = addresses[0] === 0 || addresses[0] === 0n;
    return answer(RCODE.NOERROR, answers, NONE, undefined, blocked);
  }

  #ours(name: Name, key: Name, type: number): LocalAnswer | undefined {
    for (let at: Name | undefined = key; at !== undefined; at = parentName(at)) {
      if (!this.#domains.has(at)) continue;
      if (at === key && type === TYPE.SOA) {
        return answer(RCODE.NOERROR, [startOfAuthority(name, this.#ttl)]);
      }
      const exists = at === key || this.#exists(key) || this.#rules.covers(key);
      return this.#negative(exists ? RCODE.NOERROR : RCODE.NXDOMAIN, at);
    }
    const address = this.#subnets.length === 0 ? undefined : reverseAddress(key);
    if (address === undefined || !this.#subnets.some((subnet) => contains(subnet, address))) {
      return undefined;
    }
    return this.#negative(RCODE.NXDOMAIN, parentName(key));
  }

  #special(name: Name, key: Name, type: number): LocalAnswer | undefined {
    const zone = specialZone(key, type, this.#bogusPriv);
    if (zone === undefined) return undefined;
    if (zone.address !== undefined) {
      return answer(RCODE.NOERROR, [addressRecord(name, zone.address, SPECIAL_TTL)]);
    }
    if (zone.target !== undefined && (type === TYPE.PTR || type === TYPE.ANY)) {
      return answer(RCODE.NOERROR, [nameRecord(TYPE.PTR, name, zone.target, SPECIAL_TTL)]);
    }
    const soa = startOfAuthority(zone.apex, zone.populated ? this.#ttl : SPECIAL_TTL);
    if (type === TYPE.SOA && zone.apex === key && zone.exists) {
      return answer(RCODE.NOERROR, [soa]);
    }
    const exists = zone.exists || this.#exists(key);
    return answer(exists ? RCODE.NOERROR : RCODE.NXDOMAIN, NONE, [soa]);
  }

  #negative(rcode: number, zone = ROOT): LocalAnswer {
    return answer(rcode, NONE, [startOfAuthority(zone, this.#ttl)]);
  }

  /** Whether the canonical name is that of a host, or between one and the root. */
  #exists(key: Name): boolean {
    return (
      this.#static.addresses(key) !== undefined ||
      this.#leases.addresses(key) !== undefined ||
      this.#static.hasBelow(key) ||
      this.#leases.hasBelow(key)
    );
  }

  #leasable(key: Name): boolean {
    for (let at = parentName(key); at !== undefined; at = parentName(at)) {
      if (this.#domains.has(at)) return true;
    }
    return labelCount(key) === 1 && specialZone(key, TYPE.A, true) === undefined;
  }

  #table(origin: HostOrigin): HostTable {
    return origin === 'static' ? this.#static : this.#leases;
  }
}

function answer(
  rcode: number,
  answers: readonly ResourceRecord[],
  authorities = NONE,
  next: Name | undefined = undefined,
  blocked = false,
): LocalAnswer {
  return { rcode, answers, authorities, next, blocked };
}

/** The records of `type`; for ANY, those of one type only (RFC 8482 section 4.1). */
function addressRecords(name: Name, addresses: Addresses, type: number): ResourceRecord[] {
  const records: ResourceRecord[] = [];
  let wanted = type;
  for (const [address, ttl] of addresses) {
    if (wanted === TYPE.ANY) wanted = addressType(address);
    if (addressType(address) === wanted) records.push(addressRecord(name, address, ttl));
  }
  return records;
}

function targetOf(alias: ResourceRecord): Name {
  const target = nameAt(alias.data);
  if (target === undefined) throw new Error('alias without a target');
  return target;
}

function contains(subnet: Subnet, address: number): boolean {
  const size = 2 ** (32 - subnet.prefixLength);
  return Math.floor(subnet.address / size) === Math.floor(address / size);
}

/** The TTL of empty zones in RFC 6303 section 3. */
const SPECIAL_TTL = 10_800;

const NONE: readonly ResourceRecord[] = [];
