import type { FastPaths, Region } from '@atoll/device/fast';
import type { Grants } from '../src/pages.ts';

/** Memory of a domain, as `FastPaths.allocate` gives it out; what peers see of it is a grant's page. */
export class Memory implements Pick<FastPaths, 'allocate'>, Grants {
  readonly bytes = new Uint8Array(4 << 20);
  /** Addresses by reference. */
  readonly grants = new Map<number, { domain: number; address: number; isReadOnly: boolean }>();
  /** References that a peer has mapped. */
  readonly inUse = new Set<number>();
  #end = 16;
  #last = 7;

  allocate(size: number): Region {
    const address = this.#end;
    this.#end += Math.ceil(size / 16) * 16;
    if (this.#end > this.bytes.length) throw new Error('the test has not so much memory');
    return { bytes: this.bytes.subarray(address, address + size), address };
  }

  grantAccess(domain: number, address: number, isReadOnly: boolean): number {
    if (address % 4096 !== 0) throw new Error('not a page');
    this.grants.set(++this.#last, { domain, address, isReadOnly });
    return this.#last;
  }

  grantEnd(reference: number): boolean {
    if (!this.grants.has(reference)) throw new Error('nothing is granted');
    if (this.inUse.has(reference)) return false;
    this.grants.delete(reference);
    return true;
  }

  /** The page that a peer in `domain` sees. */
  page(reference: number, domain: number): Uint8Array {
    const grant = this.grants.get(reference);
    if (grant === undefined || grant.domain !== domain) throw new Error('a bad reference');
    return this.bytes.subarray(grant.address, grant.address + 4096);
  }
}
