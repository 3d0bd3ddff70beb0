import type { ZoneText } from '@atoll/testbed/upstream';

/** A name server that knows any name below many.example, and `count` questions for such names. */
export function manyNames(count: number): { zone: ZoneText; questions: string[] } {
  return {
    zone: {
      records: [
        'example 3600 SOA ns.example hostmaster.example 1 3600 600 86400 60',
        'many.example 3600 A 192.0.2.1',
      ],
      wildcards: ['many.example'],
    },
    questions: Array.from({ length: count }, (_, index) => `host${index}.many.example A`),
  };
}
