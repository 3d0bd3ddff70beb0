/** The number of an IPv6 address in text without an embedded IPv4 address. */
export function ip(text: string): bigint {
  const [head, tail] = text.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...(tail === undefined ? [] : zeros), ...after].reduce(
    (address, group) => (address << 16n) | BigInt(`0x${group}`),
    0n,
  );
}
