import { Field } from '../field.ts';

/** The static table (RFC 7541 appendix A) from index 1 on; made when it is first wanted, so that images hold a text only. */
export function staticTable(): readonly Field[] {
  table ??= LINES.split('\n').map((line) => {
    const colon = line.indexOf(' ');
    return colon < 0 ? new Field(line, '') : new Field(line.slice(0, colon), line.slice(colon + 1));
  });
  return table;
}

/** The first index of each name. */
export function staticNames(): ReadonlyMap<string, number> {
  if (names === undefined) {
    names = new Map();
    const fields = staticTable();
    for (let at = fields.length - 1; at > 0; at--) names.set(fields[at].name, at);
  }
  return names;
}

let table: readonly Field[] | undefined;
let names: Map<string, number> | undefined;

/** How many indexes are those of the static table. */
export const STATIC_LENGTH = 61;

/** A line for each index from 0, which there is not. */
const LINES = `
:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`;
