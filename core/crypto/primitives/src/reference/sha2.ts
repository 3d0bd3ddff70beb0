import * as noble from '@noble/hashes/sha2.js';
import type { HashAlgorithm } from '../hash.ts';
import { nobleHash } from './hash.ts';

export const sha256: HashAlgorithm = /* @__PURE__ */ nobleHash('SHA-256', noble.sha256);
export const sha384: HashAlgorithm = /* @__PURE__ */ nobleHash('SHA-384', noble.sha384);
export const sha512: HashAlgorithm = /* @__PURE__ */ nobleHash('SHA-512', noble.sha512);
