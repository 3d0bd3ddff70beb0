/** The service parameters of SVCB and HTTPS (RFC 9460 sections 2.1, 2.2 and 7). */
import { Reader } from '@atoll/bytes/reader';
import { Writer } from '@atoll/bytes/writer';
import { ipv4Text } from '@atoll/ipv4/address';
import { ipv6Text, parseIpv4, parseIpv6 } from '../address.ts';
import { fromBase64, toBase64 } from '../base-n.ts';
import { copyOctets, octetString, stringOctets } from '../octets.ts';
import { decimal, quoted, unescaped } from '../text.ts';
import type { Field } from './field.ts';

export interface SvcParam {
  readonly key: number;
  /** The value as it stands on the wire. */
  readonly value: Uint8Array;
}

/** Codes from IANA's registry "Service Parameter Keys (SvcParamKeys)". */
export const SVC_PARAM = {
  mandatory: 0,
  alpn: 1,
  'no-default-alpn': 2,
  port: 3,
  ipv4hint: 4,
  ech: 5,
  ipv6hint: 6,
  /** RFC 9461. */
  dohpath: 7,
  /** RFC 9540. */
  ohttp: 8,
} as const;

/** Parameters with rising keys, up to the end. */
export const SVC_PARAMS: Field<readonly SvcParam[]> = {
  parse(reader) {
    const params: SvcParam[] = [];
    let above = -1;
    while (reader.remaining > 0 && !reader.truncated) {
      const key = reader.u16();
      if (key <= above) return undefined;
      params.push({ key, value: copyOctets(reader.take(reader.u16())) });
      above = key;
    }
    return consistent(params) ? params : undefined;
  },
  emit(writer, params) {
    let above = -1;
    for (const { key, value } of params) {
      if (key <= above || key > 0xffff) throw new RangeError('keys must rise');
      writer.u16(key);
      writer.u16(value.length);
      writer.bytes(value);
      above = key;
    }
  },
  print: (params) => params.map(paramText).join(' '),
  scan(words) {
    const params: SvcParam[] = [];
    for (const word of words.rest()) {
      const param = scanParam(word);
      if (param === undefined) return undefined;
      params.push(param);
    }
    params.sort((one, other) => one.key - other.key);
    return consistent(params) ? params : undefined;
  },
};

function paramText({ key, value }: SvcParam): string {
  const form = FORMS.get(key);
  const text = form?.print(value);
  if (form !== undefined && text !== undefined)
    return text === '' ? form.name : `${form.name}=${text}`;
  return value.length === 0 ? `key${key}` : `key${key}=${quoted(octetString(value))}`;
}

function scanParam(word: string): SvcParam | undefined {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const text = unescaped(equals < 0 ? '' : word.slice(equals + 1));
  if (text === undefined) return undefined;
  const numbered = /^key(0|[1-9][0-9]{0,4})$/.exec(name);
  if (numbered !== null) {
    const key = decimal(numbered[1], 0xffff);
    return key === undefined ? undefined : { key, value: stringOctets(text) };
  }
  const key = keyOf(name);
  const value = key === undefined ? undefined : FORMS.get(key)?.scan(text);
  return key === undefined || value === undefined ? undefined : { key, value };
}

/** What section 8 and section 7.1.1 ask of the parameters together, when they are in order. */
function consistent(params: readonly SvcParam[]): boolean {
  const keys = new Set(params.map((param) => param.key));
  if (keys.size !== params.length) return false;
  if (keys.has(SVC_PARAM['no-default-alpn']) && !keys.has(SVC_PARAM.alpn)) return false;
  const mandatory =
    params.length > 0 && params[0].key === SVC_PARAM.mandatory ? params[0].value : undefined;
  return mandatory === undefined || (listOf(mandatory, 2)?.every((key) => keys.has(key)) ?? true);
}

/** How the value of a key that has a name is written. */
interface Form {
  readonly name: string;
  /** Behind the `=`; empty when there is no `=` either; `undefined` when the value is not of this form. */
  print(value: Uint8Array): string | undefined;
  /** From what is behind the `=`, escapes undone. */
  scan(text: string): Uint8Array | undefined;
}

const FORMS: ReadonlyMap<number, Form> = new Map([
  [
    SVC_PARAM.mandatory,
    {
      name: 'mandatory',
      print(value) {
        const keys = listOf(value, 2);
        return keys !== undefined && rising(keys) && keys[0] !== 0
          ? keys.map(keyText).join(',')
          : undefined;
      },
      scan(text) {
        const keys = text.split(',').map(keyOf) as number[];
        if (keys.includes(undefined as never)) return undefined;
        keys.sort((one, other) => one - other);
        return rising(keys) && keys[0] !== 0 ? octetsOf(keys, 2) : undefined;
      },
    },
  ],
  [SVC_PARAM.alpn, { name: 'alpn', print: printAlpn, scan: scanAlpn }],
  [SVC_PARAM['no-default-alpn'], emptyForm('no-default-alpn')],
  [
    SVC_PARAM.port,
    {
      name: 'port',
      print: (value) => (value.length === 2 ? String(listOf(value, 2)?.[0]) : undefined),
      scan(text) {
        const port = decimal(text, 0xffff);
        return port === undefined ? undefined : octetsOf([port], 2);
      },
    },
  ],
  [
    SVC_PARAM.ipv4hint,
    {
      name: 'ipv4hint',
      print: (value) => listOf(value, 4)?.map(ipv4Text).join(','),
      scan(text) {
        const addresses = text.split(',').map(parseIpv4);
        return addresses.includes(undefined) ? undefined : octetsOf(addresses as number[], 4);
      },
    },
  ],
  [
    SVC_PARAM.ech,
    {
      name: 'ech',
      print: (value) => (value.length === 0 ? undefined : toBase64(value)),
      scan: (text) => (text === '' ? undefined : fromBase64(text)),
    },
  ],
  [SVC_PARAM.ipv6hint, { name: 'ipv6hint', print: printIpv6, scan: scanIpv6 }],
  [
    SVC_PARAM.dohpath,
    {
      name: 'dohpath',
      print: (value) => (value.length === 0 ? undefined : quoted(octetString(value))),
      scan: (text) => (text === '' ? undefined : stringOctets(text)),
    },
  ],
  [SVC_PARAM.ohttp, emptyForm('ohttp')],
] satisfies [number, Form][]);

function emptyForm(name: string): Form {
  return {
    name,
    print: (value) => (value.length === 0 ? '' : undefined),
    scan: (text) => (text === '' ? new Uint8Array(0) : undefined),
  };
}

/** Protocol names with commas between, in which `\,` and `\\` are ordinary (appendix A.1). */
function printAlpn(value: Uint8Array): string | undefined {
  const reader = new Reader(value);
  const names: string[] = [];
  while (reader.remaining > 0 && !reader.truncated) {
    const name = octetString(reader.take(reader.u8()));
    if (name === '') return undefined;
    names.push(name.replace(/[\\,]/g, '\\$&'));
  }
  return reader.truncated || names.length === 0 ? undefined : quoted(names.join(','));
}

function scanAlpn(text: string): Uint8Array | undefined {
  const writer = new Writer(text.length + 1);
  // A list of one item or more, each with an ordinary character or an escape, or several of them.
  if (!/^(?:[^\\,]|\\[\\,])+(?:,(?:[^\\,]|\\[\\,])+)*$/.test(text)) return undefined;
  for (const item of text.match(/(?:[^\\,]|\\[\\,])+/g) ?? []) {
    const name = item.replace(/\\([\s\S])/g, '$1');
    if (name.length > 255) return undefined;
    writer.u8(name.length);
    writer.bytes(stringOctets(name));
  }
  return writer.finish();
}

function printIpv6(value: Uint8Array): string | undefined {
  if (value.length === 0 || value.length % 16 !== 0) return undefined;
  const addresses: string[] = [];
  for (let at = 0; at < value.length; at += 16)
    addresses.push(ipv6Text(value.subarray(at, at + 16)));
  return addresses.join(',');
}

function scanIpv6(text: string): Uint8Array | undefined {
  const writer = new Writer(16);
  for (const word of text.split(',')) {
    const address = parseIpv6(word);
    if (address === undefined) return undefined;
    writer.bytes(address);
  }
  return writer.finish();
}

function keyText(key: number): string {
  return FORMS.get(key)?.name ?? `key${key}`;
}

function keyOf(name: string): number | undefined {
  if (Object.hasOwn(SVC_PARAM, name)) return SVC_PARAM[name as keyof typeof SVC_PARAM];
  const numbered = /^key(0|[1-9][0-9]{0,4})$/.exec(name);
  return numbered === null ? undefined : decimal(numbered[1], 0xffff);
}

/** The numbers of `size` octets each that fill `value`; `undefined` when they do not, or there are none. */
function listOf(value: Uint8Array, size: 2 | 4): number[] | undefined {
  if (value.length === 0 || value.length % size !== 0) return undefined;
  const reader = new Reader(value);
  const numbers: number[] = [];
  while (reader.remaining > 0) numbers.push(size === 2 ? reader.u16() : reader.u32());
  return numbers;
}

function octetsOf(numbers: readonly number[], size: 2 | 4): Uint8Array {
  const writer = new Writer(numbers.length * size);
  for (const number of numbers) {
    if (size === 2) writer.u16(number);
    else writer.u32(number);
  }
  return writer.finish();
}

function rising(keys: readonly number[]): boolean {
  return keys.every((key, index) => index === 0 || key > keys[index - 1]);
}
