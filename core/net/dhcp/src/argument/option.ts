/** `--dhcp-option`: options that replies carry. */
import { nearest } from '@atoll/conf/nearest';
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import {
  OPTION,
  type OptionDefinition,
  optionByCode,
  optionByName,
  optionNames,
} from '../option.ts';
import { type OptionValue, parseValue } from '../value.ts';
import { type Condition, parseCondition } from './tag.ts';

export interface DhcpOption {
  /** The line counts only for requests whose tags meet all of these. */
  readonly conditions: readonly Condition[];
  readonly code: number;
  /** `undefined`: the option is not sent, not even its default. */
  readonly value: OptionValue | undefined;
  /** Sent even to a client that did not request it. */
  readonly forced: boolean;
}

/**
 * Parses `[tag:…,][option:name|number][,value…]`. With `forced`, the option is sent unasked, as dnsmasq
 * does for `--dhcp-option-force`.
 */
export function parseDhcpOption(text: string, forced = false): Result<DhcpOption, Failure> {
  const conditions: Condition[] = [];
  let rest = text.trim();
  let item = firstItem(rest);
  for (;;) {
    const condition = parseCondition(item);
    if (condition === undefined) break;
    conditions.push(condition);
    rest = rest.slice(item.length + 1).trim();
    item = firstItem(rest);
  }

  const definition = parseDefinition(item);
  if (!definition.ok) return definition;
  const { code, name, type } = definition.value;
  const valueText = rest.slice(item.length + 1).trim();
  if (valueText === '') return ok({ conditions, code, value: undefined, forced });
  const value = parseValue(type, valueText);
  if (!value.ok) return misconfigured(`option ${name}: ${value.error.reason}`);
  return ok({ conditions, code, value: value.value, forced });
}

function firstItem(text: string): string {
  const comma = text.indexOf(',');
  return comma < 0 ? text : text.slice(0, comma);
}

function parseDefinition(item: string): Result<OptionDefinition, Failure> {
  const prefix = /^(encap|vendor|vi-encap|option6):/.exec(item);
  if (prefix !== null) return misconfigured(`${prefix[0]} is not supported`);
  let definition: OptionDefinition | undefined;
  if (item.startsWith('option:')) {
    const name = item.slice('option:'.length);
    definition = optionByName(name);
    if (definition === undefined) {
      const near = nearest(name, optionNames());
      const hint = near === undefined ? '' : `, did you mean "${near}"?`;
      return misconfigured(`no option is called "${name}"${hint}`);
    }
  } else if (/^[0-9]{1,3}$/.test(item) && Number(item) >= 1 && Number(item) <= 254) {
    definition = optionByCode(Number(item));
  } else {
    return misconfigured(`expected option:NAME or a number from 1 to 254, not "${item}"`);
  }
  if (OWN.has(definition.code)) {
    return misconfigured(`the server itself sets option ${definition.name}`);
  }
  return ok(definition);
}

/** Options whose values follow from the request and the lease, or that only clients send. */
const OWN: ReadonlySet<number> = new Set([
  OPTION.REQUESTED_ADDRESS,
  OPTION.LEASE_TIME,
  OPTION.OVERLOAD,
  OPTION.MESSAGE_TYPE,
  OPTION.SERVER_IDENTIFIER,
  OPTION.PARAMETER_REQUEST_LIST,
  OPTION.MAX_MESSAGE_SIZE,
  OPTION.CLIENT_ID,
  OPTION.RAPID_COMMIT,
  OPTION.CLIENT_FQDN,
  OPTION.RELAY_AGENT_INFORMATION,
  OPTION.SUBNET_SELECTION,
]);
