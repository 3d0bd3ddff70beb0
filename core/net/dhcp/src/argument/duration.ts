/** Lease times as dnsmasq writes them. */

/** The lease time without end (RFC 2131 section 3.3), in seconds. */
export const INFINITE = 0xffff_ffff;

/** Shorter lease times are raised to this many seconds, as in dnsmasq. */
export const SHORTEST_LEASE = 120;

/**
 * The seconds that `text` means: `3600`, `45s`, `45m`, `12h`, `2d`, `1w` or `infinite`; `undefined` when
 * it is not a lease time. At least {@link SHORTEST_LEASE}.
 */
export function parseLeaseTime(text: string): number | undefined {
  if (text === 'infinite') return INFINITE;
  const parts = /^([0-9]{1,10})([smhdw]?)$/.exec(text);
  if (parts === null) return undefined;
  const seconds = Number(parts[1]) * UNITS[parts[2]];
  return seconds >= INFINITE ? INFINITE : Math.max(seconds, SHORTEST_LEASE);
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};
