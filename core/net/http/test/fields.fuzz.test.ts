import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { parseCookies } from '../src/cookie.ts';
import { parseDate } from '../src/date.ts';
import { parseTags } from '../src/entity-tag.ts';
import { parseForm } from '../src/form.ts';
import { Headers } from '../src/headers.ts';
import { parseFields } from '../src/http1/fields.ts';
import { formBoundary } from '../src/multipart.ts';
import { acceptedCoding } from '../src/negotiation.ts';
import { parseRange } from '../src/range.ts';
import { isFieldValue, listElements, parseParameters } from '../src/syntax.ts';
import { parseTarget, pathSegments } from '../src/target.ts';
import { parseUrl, resolveUrl } from '../src/url.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 3000);

/** What each parser is given, damaged; how many octets it makes of that at most, for each that it got. */
const PARSERS: Record<string, { seeds: string[]; size: (text: string) => number }> = {
  lists: { seeds: ['a, "b, c\\"", d'], size: (text) => listElements(text).join('').length },
  parameters: {
    seeds: ['text/html; charset="utf-8"; q=0.5'],
    size: (text) => [...parseParameters(text).parameters].join('').length,
  },
  boundaries: {
    seeds: ['multipart/form-data; boundary="abc"'],
    size: (text) => formBoundary(text)?.length ?? 0,
  },
  codings: {
    seeds: ['gzip;q=0.5, br, *;q=0'],
    size: (text) =>
      isFieldValue(text)
        ? Number(acceptedCoding(new Headers({ 'accept-encoding': text }), ['br']) === 'br')
        : 0,
  },
  cookies: {
    seeds: ['a=b; c="d"; e=f'],
    size: (text) =>
      isFieldValue(text) ? [...parseCookies(new Headers({ cookie: text }))].join('').length : 0,
  },
  dates: {
    seeds: ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT'],
    size: (text) => Number(Number.isNaN(parseDate(text, 0) ?? 0)),
  },
  tags: { seeds: ['"a", W/"b"'], size: (text) => [...parseTags(text)].join('').length },
  // A damaged sequence of UTF-8 becomes U+FFFD.
  forms: {
    seeds: ['a=b&c=%C3%A4+d'],
    size: (text) => {
      const form = parseForm(text);
      return form.ok ? form.value.flat().join('').length : 0;
    },
  },
  ranges: { seeds: ['bytes=0-4,5-,-3'], size: (text) => parseRange(text, 20)?.length ?? 0 },
  targets: {
    seeds: ['/a/b?c', 'http://a:80/b'],
    size: (text) => {
      const target = parseTarget(text, 'GET', 'host');
      return target.ok ? target.value.path.length - 1 : 0;
    },
  },
  paths: {
    seeds: ['/a%20b/c%41/d'],
    size: (text) => {
      const segments = pathSegments(text);
      return segments.ok ? segments.value.join('').length : 0;
    },
  },
  fields: {
    seeds: ['a: b\r\nc:\td \r\n'],
    size: (text) => {
      const fields = parseFields(text, 10);
      return fields.ok ? [...fields.value].join('').length : 0;
    },
  },
  urls: {
    seeds: ['https://a.example:8443/b/../c?d#e', '../x/./y?z', '//b/c'],
    size: (text) => {
      const base = parseUrl('http://a/b');
      const url = base.ok ? resolveUrl(text, base.value) : base;
      return url.ok ? url.value.host.length + url.value.target.length - 5 : 0;
    },
  },
};

it.each(Object.entries(PARSERS))(`takes ${RUNS} damaged %s`, (_, { seeds, size }) => {
  const random = new Random(9110);
  for (let run = 0; run < RUNS; run++) {
    const text = decodeLatin1(mutate(random, encodeLatin1(random.pick(seeds))));
    expect(size(text), JSON.stringify(text)).toBeLessThanOrEqual(text.length);
  }
});
