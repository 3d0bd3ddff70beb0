import type { Kem } from '@atoll/primitives/kem';
import { GROUPS } from './names.ts';

/** What a key exchange may be done with (RFC 8446, 4.2.7). */
export interface Group {
  readonly code: number;
  readonly kem: Kem;
}

/** The group of `kem`, by its name; throws when IANA knows none. */
export function group(kem: Kem): Group {
  const code = GROUPS.get(kem.name);
  if (code === undefined) throw new Error(`there is no group ${kem.name}`);
  return { code, kem };
}
