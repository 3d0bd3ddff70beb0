/**
 * The head of a request as most are (RFC 9112): HTTP/1.1, a path, one Host that is a name or an IPv4 address, no body,
 * nothing but `keep-alive` about the connection. What is not exactly that is left to the rules in `src/http1`, which
 * take what is taken here in the same way.
 */

/** What was read last. */
let start: u32 = 0;
let stop: u32 = 0;

/**
 * Reads the head in the first of `length` octets at `head`, and makes the names of its fields lower-case in place. Answers
 * how long it is with its empty line, or 0 when it is left alone or not whole; 8 octets behind it are looked at. The three
 * limits are those of `src/limits.ts`. At `places` it writes seven words:
 *
 *   0 where the method ends        3 where the Host starts
 *   1 where the path ends          4 where the Host ends
 *   2 where the target ends        5 where the fields start
 *   6 bits as in `src/hints.ts`
 */
export function readHead(
  head: u32,
  length: u32,
  places: u32,
  requestLine: u32,
  fieldBytes: u32,
  mostFields: u32,
): u32 {
  const end = head + length;
  if (!readRequestLine(head, end, places) || stop - 2 - head > requestLine) return 0;
  const fields = stop;
  store<u32>(places, fields - head, 20);
  let hints: u32 = 0;
  let hosts: u32 = 0;
  let count: u32 = 0;
  let at = fields;
  while (at + 2 <= end && load<u16>(at) !== CRLF) {
    if (!readName(at, end)) return 0;
    const kind = kindOf(at, stop - at);
    if (!readValue(stop + 1, end)) return 0;
    at = stop + 2;
    count++;
    trim();
    if (kind === UNUSUAL || (kind === CONNECTION && !isKeepAlive())) return 0;
    if (kind === HOST) {
      if (!isPlainHost()) return 0;
      hosts++;
      store<u32>(places, start - head, 12);
      store<u32>(places, stop - head, 16);
    } else {
      hints |= kind & HINTS;
    }
  }
  store<u32>(places, hints, 24);
  const isGood = at + 2 <= end && hosts === 1 && count <= mostFields && at - fields <= fieldBytes;
  return isGood ? at + 2 - head : 0;
}

/** Up to the CRLF behind it, where {@link stop} is then; false when it is for others. */
function readRequestLine(head: u32, end: u32, places: u32): bool {
  let at = head;
  while (at < end && isTokenOctet(load<u8>(at))) at++;
  const length = at - head;
  // Two methods have targets of their own, and are of this length.
  if (length === 0 || length === 7) return false;
  store<u32>(places, length);
  if (at + 2 > end || load<u16>(at) !== SPACE_AND_SLASH) return false;
  let question: u32 = 0;
  for (at++; at < end; at++) {
    const octet: u32 = load<u8>(at);
    if (octet <= SPACE || octet > TILDE || octet === HASH) break;
    if (octet === QUESTION && question === 0) question = at;
  }
  store<u32>(places, (question === 0 ? at : question) - head, 4);
  store<u32>(places, at - head, 8);
  stop = at + 11;
  return stop <= end && load<u64>(at) === VERSION && load<u16>(at, 8) === ONE_AND_CR && load<u8>(at, 10) === LF;
}

/** Up to its colon, where {@link stop} is then. */
function readName(from: u32, end: u32): bool {
  let at = from;
  for (; at < end; at++) {
    const octet: u32 = load<u8>(at);
    if (!isTokenOctet(octet)) break;
    if (octet - 0x41 < 26) store<u8>(at, octet | 0x20);
  }
  stop = at;
  return at > from && at < end && load<u8>(at) === COLON;
}

/** Up to its CRLF, where {@link stop} is then. */
function readValue(from: u32, end: u32): bool {
  let at = from;
  for (; at < end; at++) {
    const octet: u32 = load<u8>(at);
    if ((octet < SPACE && octet !== TAB) || octet === DELETE) break;
  }
  start = from;
  stop = at;
  return at + 2 <= end && load<u16>(at) === CRLF;
}

/** Takes the white space away around what was read. */
function trim(): void {
  while (start < stop && isWhitespace(load<u8>(start))) start++;
  while (stop > start && isWhitespace(load<u8>(stop - 1))) stop--;
}

/** What a name means here. It may be one too many, of those that are looked for later or left alone. */
function kindOf(name: u32, length: u32): u32 {
  const four = load<u32>(name);
  if ((four & 0xffffff) === IF) return CONDITIONS;
  const eight = load<u64>(name);
  switch (length) {
    case 4:
      return four === NAME_HOST ? HOST : 0;
    case 5:
      return four === NAME_RANGE ? RANGE : 0;
    case 6:
      return four === NAME_EXPECT ? UNUSUAL : 0;
    case 10:
      return eight === NAME_CONNECTION ? CONNECTION : 0;
    case 14:
      return eight === NAME_CONTENT_LENGTH ? UNUSUAL : 0;
    case 15:
      return eight === NAME_ACCEPT_ENCODING ? CODINGS : 0;
    case 17:
      return eight === NAME_TRANSFER_ENCODING ? UNUSUAL : 0;
    default:
      return 0;
  }
}

function isKeepAlive(): bool {
  return (
    stop - start === 10 &&
    (load<u64>(start) | LOWER_CASE) === KEEP_ALIVE &&
    ((load<u16>(start, 8) as u32) | 0x2020) === KEEP_ALIVE_END
  );
}

/** Whether what was read is letters, digits, hyphens and dots, maybe with a port behind. */
function isPlainHost(): bool {
  let at = start;
  for (; at < stop; at++) {
    const octet: u32 = load<u8>(at);
    const isLetter = (octet | 0x20) - 0x61 < 26;
    if (!isLetter && !isDigit(octet) && octet !== HYPHEN && octet !== DOT) break;
  }
  if (at === start) return false;
  if (at === stop) return true;
  if (load<u8>(at) !== COLON || stop - at > 6) return false;
  for (at++; at < stop; at++) if (!isDigit(load<u8>(at))) return false;
  return true;
}

function isTokenOctet(octet: u32): bool {
  if (octet > 0x7f) return false;
  const set = octet < 64 ? TOKEN_LOW : TOKEN_HIGH;
  return ((set >> ((octet & 63) as u64)) & 1) !== 0;
}

function isDigit(octet: u32): bool {
  return octet - 0x30 < 10;
}

function isWhitespace(octet: u32): bool {
  return octet === SPACE || octet === TAB;
}

/** As in `src/hints.ts`. */
const CONDITIONS: u32 = 1;
const RANGE: u32 = 2;
const CODINGS: u32 = 4;
const HINTS: u32 = 7;
const HOST: u32 = 8;
const CONNECTION: u32 = 16;
/** A body, or a client that waits before it sends one. */
const UNUSUAL: u32 = 32;

/** The tokens' octets below 64, and the others from there on: a bit each. */
const TOKEN_LOW: u64 = 0x03ff_6cfa_0000_0000;
const TOKEN_HIGH: u64 = 0x57ff_ffff_c7ff_fffe;

/** Text as words of it are loaded: the first octet is the lowest. */
const CRLF: u32 = 0x0a0d;
const SPACE_AND_SLASH: u32 = 0x2f20;
/** ` HTTP/1.` */
const VERSION: u64 = 0x2e31_2f50_5454_4820;
const ONE_AND_CR: u32 = 0x0d31;
/** `if-` */
const IF: u32 = 0x2d_6669;
const NAME_HOST: u32 = 0x7473_6f68;
/** The beginnings of names, and of a value. */
const NAME_RANGE: u32 = 0x676e_6172;
const NAME_EXPECT: u32 = 0x6570_7865;
const NAME_CONNECTION: u64 = 0x6974_6365_6e6e_6f63;
const NAME_CONTENT_LENGTH: u64 = 0x2d74_6e65_746e_6f63;
const NAME_ACCEPT_ENCODING: u64 = 0x652d_7470_6563_6361;
const NAME_TRANSFER_ENCODING: u64 = 0x7265_6673_6e61_7274;
const KEEP_ALIVE: u64 = 0x696c_612d_7065_656b;
const KEEP_ALIVE_END: u32 = 0x6576;
const LOWER_CASE: u64 = 0x2020_2020_2020_2020;

const TAB: u32 = 0x09;
const LF: u32 = 0x0a;
const SPACE: u32 = 0x20;
const HASH: u32 = 0x23;
const HYPHEN: u32 = 0x2d;
const DOT: u32 = 0x2e;
const COLON: u32 = 0x3a;
const QUESTION: u32 = 0x3f;
const TILDE: u32 = 0x7e;
const DELETE: u32 = 0x7f;
