/** The work per octet of requests and of what is compressed. */
export { bound, gzip, tableSize } from './gzip';
export { readHead } from './head';
