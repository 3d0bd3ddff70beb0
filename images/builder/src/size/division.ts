import type { Sizes } from '../manifest.ts';

/** What the parts of an image are for, so that it can be compared with other systems. */
export const AREAS = ['kernel', 'runtime', 'crypto', 'TLS', 'rest'] as const;
export type Area = (typeof AREAS)[number];

export interface Part {
  readonly name: string;
  readonly area: Area;
  readonly bytes: number;
}

/** Certificates belong to TLS, as they do where OpenSSL is counted. */
const OF_TLS = new Set(['asn1', 'certificates', 'tls', 'tls-socket', 'x509']);

/** What a package is for. */
export function areaOfPackage(name: string): Area {
  const bare = name.replace('@atoll/', '');
  if (bare === 'primitives' || bare.startsWith('@noble/')) return 'crypto';
  if (OF_TLS.has(bare)) return 'TLS';
  // What the bundler adds, and what leads from JavaScript to native code.
  return bare.startsWith('(') ? 'runtime' : 'rest';
}

/** Native code that is neither kernel nor engine is from libraries of cryptography. */
function areaOfNative(name: string): Area {
  if (name === 'kernel') return 'kernel';
  return name === 'engine' ? 'runtime' : 'crypto';
}

/** The parts of an image, a package's fast path with its program, the largest first. */
export function partsOf({ native, fast, bundle }: Sizes): Part[] {
  const parts = new Map<string, Part>();
  const add = (name: string, area: Area, bytes: number) => {
    const before = parts.get(name)?.bytes ?? 0;
    parts.set(name, { name, area, bytes: before + bytes });
  };
  for (const [name, bytes] of Object.entries(native)) add(name, areaOfNative(name), bytes);
  for (const [name, bytes] of [...Object.entries(fast), ...Object.entries(bundle)]) {
    add(name.replace('@atoll/', ''), areaOfPackage(name), bytes);
  }
  return [...parts.values()].sort((a, b) => b.bytes - a.bytes);
}

/** Sums by area. */
export function byArea<Counted extends { readonly area: Area }>(
  parts: readonly Counted[],
  count: (part: Counted) => number,
): Record<Area, number> {
  const sums = { kernel: 0, runtime: 0, crypto: 0, TLS: 0, rest: 0 };
  for (const part of parts) sums[part.area] += count(part);
  return sums;
}
