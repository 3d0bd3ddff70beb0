import { scrypt as noble } from '@noble/hashes/scrypt.js';
import type { Scrypt } from '../scrypt.ts';

/** In an image, a cost of 16384 takes seconds: there PBKDF2 is the native one. */
export const scrypt: Scrypt = (password, salt, { cost, blockSize, parallelization }, length) =>
  noble(password, salt, { N: cost, r: blockSize, p: parallelization, dkLen: length });
