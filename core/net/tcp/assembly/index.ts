/** The work per segment and per byte: what `src/packet.ts`, `src/gso.ts` and `src/gro.ts` do, which say why. */
export { emit, parse } from './packet';
export { parseFrame } from './frame';
export { begin, next } from './gso';
export { finish, take } from './gro';
