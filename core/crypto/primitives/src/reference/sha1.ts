import { sha1 as noble } from '@noble/hashes/legacy.js';
import type { HashAlgorithm } from '../hash.ts';
import { nobleHash } from './hash.ts';

/** SHA-1 is broken: for the names of git objects, and for nothing that must be secure. */
export const sha1: HashAlgorithm = /* @__PURE__ */ nobleHash('SHA-1', noble);
