import { describe, expect, it } from 'vitest';
import { MessageWriter, NameReader } from '../src/compression.ts';
import { NAME } from '../src/field/octets.ts';
import { LAYOUTS } from '../src/layout.ts';
import { nameOctets } from '../src/name.ts';
import { emitRdata } from '../src/rdata.ts';
import { emitRdata as emitCompressed, expandRdata } from '../src/rdata-names.ts';
import { CLASS, TYPE, typeText } from '../src/type.ts';

const OWNER = '\x03www\x07example\0';

/** RFC 1035 section 3.3, where names may be sent compressed. */
const COMPRESSED: number[] = [
  TYPE.NS,
  TYPE.MD,
  TYPE.MF,
  TYPE.CNAME,
  TYPE.SOA,
  TYPE.MB,
  TYPE.MG,
  TYPE.MR,
  TYPE.PTR,
  TYPE.MINFO,
  TYPE.MX,
];
/** RFC 3597 section 4, where compressed names ought to be understood; without NXT, which is opaque here. */
const EXPANDED: number[] = [TYPE.RP, TYPE.AFSDB, TYPE.RT, TYPE.SIG, TYPE.PX, TYPE.SRV, TYPE.NAPTR];

const typesWithNames = Object.entries(LAYOUTS)
  .filter(([, layout]) => Object.values<unknown>(layout).includes(NAME))
  .map(([type]) => Number(type));

/** The record data of the type with all its names `OWNER`, and everything else zero or empty. */
function sample(type: number): Uint8Array {
  const layout: Readonly<Record<string, unknown>> = LAYOUTS[type as keyof typeof LAYOUTS];
  const values: Record<string, unknown> = {};
  for (const [field, kind] of Object.entries(layout)) {
    if (kind === NAME) values[field] = OWNER;
    else if (/^(flags|services|regexp)$/.test(field) && type === TYPE.NAPTR) values[field] = 'ab';
    else if (field === 'types' || field === 'params') values[field] = [];
    else if (field === 'signature') values[field] = Uint8Array.of(1, 2, 3);
    else values[field] = 0;
  }
  return emitRdata(type, values);
}

describe.each(typesWithNames.map((type) => [typeText(type), type] as const))('%s', (_, type) => {
  const data = sample(type);
  const plain = String.fromCharCode(...data);
  const names = plain.split(OWNER).length - 1;

  it('is sent as RFC 1035 and RFC 3597 say', () => {
    const out = new MessageWriter(100 + data.length);
    out.offset = 12;
    out.name(OWNER);
    const start = out.offset;
    emitCompressed(out, type, data);
    const saved = COMPRESSED.includes(type) ? names * (OWNER.length - 2) : 0;
    expect(out.offset - start).toBe(2 + data.length - saved);
  });

  it('is understood compressed where they say so, and only there', () => {
    const packed = plain.replaceAll(OWNER, '\xc0\x0c');
    const header = new Uint8Array(12);
    const message = Uint8Array.of(...header, ...nameOctets(OWNER), ...[...packed].map(code));
    const start = 12 + OWNER.length;
    const reader = new NameReader(message);
    const expanded = expandRdata(message, reader, type, CLASS.IN, start, message.length);
    const accepted = COMPRESSED.includes(type) || EXPANDED.includes(type);
    expect(expanded).toEqual(accepted ? data : message.slice(start));
  });
});

function code(character: string): number {
  return character.charCodeAt(0);
}
