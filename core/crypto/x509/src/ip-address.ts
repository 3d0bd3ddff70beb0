/**
 * The octets of an IPv4 address (four decimal numbers without zeros in front) or of an IPv6 address in any of the forms of
 * RFC 4291, 2.2; `undefined` for all other text, an address with a zone among it.
 */
export function ipOctets(text: string): Uint8Array | undefined {
  return text.includes(':') ? ipv6Octets(text) : ipv4Octets(text);
}

function ipv4Octets(text: string): Uint8Array | undefined {
  const words = text.split('.');
  if (words.length !== 4 || !words.every((word) => DECIMAL.test(word))) return undefined;
  const octets = words.map(Number);
  return octets.some((octet) => octet > 255) ? undefined : Uint8Array.from(octets);
}

function ipv6Octets(text: string): Uint8Array | undefined {
  const [head, tail, ...more] = text.split('::');
  const before = groupsOf(head, tail === undefined);
  const behind = groupsOf(tail ?? '', true);
  if (before === undefined || behind === undefined || more.length > 0) return undefined;
  const missing = 16 - before.length - behind.length;
  // `::` stands for one group or more.
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  const octets = new Uint8Array(16);
  octets.set(before);
  octets.set(behind, 16 - behind.length);
  return octets;
}

/** The octets of what is on one side of `::`; at the end of the text, an IPv4 address may stand for two groups. */
function groupsOf(part: string, isLast: boolean): number[] | undefined {
  if (part === '') return [];
  const octets: number[] = [];
  const words = part.split(':');
  for (const [index, word] of words.entries()) {
    if (HEXADECIMAL.test(word)) {
      const group = Number.parseInt(word, 16);
      octets.push(group >>> 8, group & 0xff);
      continue;
    }
    const ipv4 = isLast && index === words.length - 1 ? ipv4Octets(word) : undefined;
    if (ipv4 === undefined) return undefined;
    octets.push(...ipv4);
  }
  return octets;
}

const DECIMAL = /^(0|[1-9][0-9]{0,2})$/;
const HEXADECIMAL = /^[0-9a-fA-F]{1,4}$/;
