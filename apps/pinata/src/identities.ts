import { writeAddress } from '@atoll/ipv6/address';
import type { Credentials } from '@atoll/tls/credentials';
import type { GeneralName } from '@atoll/x509/general-name';
import type { PinataOptions } from './arguments.ts';
import type { Authority, Validity } from './authority.ts';

/** Who the Pinata is: for the page, and in both roles of the bait. */
export interface Identities {
  readonly page: Credentials;
  readonly server: Credentials;
  readonly client: Credentials;
}

export function issueIdentities(
  authority: Authority,
  options: PinataOptions,
  validity: Validity,
): Identities {
  const issue = (title: string, role: 'server' | 'client', names: readonly GeneralName[]) =>
    authority.issue({ title, role, names }, validity);
  return {
    page: issue('Pinata page', 'server', pageNames(options)),
    server: issue('Pinata server', 'server', [{ kind: 'dns', value: SERVER_NAME }]),
    client: issue('Pinata client', 'client', []),
  };
}

/** Whom the client wants to talk to, whatever the address: only the server of the bait is that. */
export const SERVER_NAME = 'server.pinata.internal';

/** All certificates are good for a year from the boot, and an hour before it for those whose clock is slow. */
export function validityAt(now: number): Validity {
  return { notBefore: now - HOUR, notAfter: now + 365 * 24 * HOUR };
}

/** What the page may be called; addresses that are not known at boot are not among them. */
function pageNames({ name, ipv4, ipv6 }: PinataOptions): GeneralName[] {
  const names: GeneralName[] = [{ kind: 'dns', value: name }];
  if (typeof ipv4 === 'object') {
    const octets = new Uint8Array(4);
    new DataView(octets.buffer).setUint32(0, ipv4.address);
    names.push({ kind: 'ip', value: octets });
  }
  if (typeof ipv6 === 'object') {
    const octets = new Uint8Array(16);
    writeAddress(octets, 0, ipv6.address);
    names.push({ kind: 'ip', value: octets });
  }
  return names;
}

const HOUR = 3_600_000;
