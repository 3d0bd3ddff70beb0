import type { IpAddress } from '@atoll/device/socket';
import { canonicalName, type Name, parentName } from './name.ts';
import { TYPE } from './type.ts';

/** `--address=/domain/...`: what a whole domain, the name itself and all below it, is answered with. */
export interface AddressRule {
  readonly domains: readonly Name[];
  /** An address for queries of its type; `null` for 0.0.0.0 and `::`; `absent` for NXDOMAIN. */
  readonly answer: IpAddress | 'null' | 'absent';
}

/** What the rules say about a name and type. */
export interface Ruling {
  /** The domain of the rule that decided. */
  readonly domain: Name;
  /** None of them: the name has no record of this type. */
  readonly addresses: readonly IpAddress[];
  /** Whether the name does not exist at all. */
  readonly absent: boolean;
}

interface Rule {
  readonly ipv4: number[];
  readonly ipv6: bigint[];
  null: boolean;
  absent: boolean;
}

/**
 * Rules by domain. The most specific domain that says something about the type wins: an address of the
 * type first, then the null address, then absence. A domain with an address of the other type only
 * leaves the decision to the domains above it, and at last to the upstream servers.
 */
export class RuleTable {
  readonly #rules = new Map<Name, Rule>();

  add(added: AddressRule): void {
    for (const domain of added.domains) {
      const key = canonicalName(domain);
      const rule = this.#rules.get(key) ?? { ipv4: [], ipv6: [], null: false, absent: false };
      this.#rules.set(key, rule);
      if (added.answer === 'null') rule.null = true;
      else if (added.answer === 'absent') rule.absent = true;
      else if (typeof added.answer === 'bigint') rule.ipv6.push(added.answer);
      else rule.ipv4.push(added.answer);
    }
  }

  /** `name` is canonical. */
  find(name: Name, type: number): Ruling | undefined {
    if (this.#rules.size === 0) return undefined;
    for (let at: Name | undefined = name; at !== undefined; at = parentName(at)) {
      const rule = this.#rules.get(at);
      const addresses = rule && addressesOf(rule, type);
      if (addresses !== undefined && addresses.length > 0) {
        return { domain: at, addresses, absent: false };
      }
      if (rule?.absent) return { domain: at, addresses: [], absent: !givesAddress(rule) };
    }
    return undefined;
  }

  /** Whether a rule gives the canonical `name` an address of any type, so that the name exists. */
  covers(name: Name): boolean {
    if (this.#rules.size === 0) return false;
    for (let at: Name | undefined = name; at !== undefined; at = parentName(at)) {
      const rule = this.#rules.get(at);
      if (rule !== undefined && givesAddress(rule)) return true;
    }
    return false;
  }
}

function addressesOf(rule: Rule, type: number): readonly IpAddress[] {
  if (type === TYPE.A || (type === TYPE.ANY && rule.ipv4.length > 0)) {
    return rule.ipv4.length === 0 && rule.null ? NULL_IPV4 : rule.ipv4;
  }
  if (type === TYPE.AAAA) return rule.ipv6.length === 0 && rule.null ? NULL_IPV6 : rule.ipv6;
  if (type === TYPE.ANY) return rule.null ? NULL_IPV4 : rule.ipv6;
  return NONE;
}

function givesAddress(rule: Rule): boolean {
  return rule.ipv4.length > 0 || rule.ipv6.length > 0 || rule.null;
}

const NULL_IPV4: readonly IpAddress[] = [0];
const NULL_IPV6: readonly IpAddress[] = [0n];
const NONE: readonly IpAddress[] = [];
