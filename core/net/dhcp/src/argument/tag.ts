/** Tags: what a request is known to be, and conditions upon that. */

export interface Condition {
  readonly tag: string;
  /** The tag must not be set: `tag:!x`, or `tag:#x` where a shell would eat the `!`. */
  readonly negated: boolean;
}

/** Set for a request that a `--dhcp-host` matches. */
export const KNOWN = 'known';

/** Set instead when the address of that host lies in another subnet. */
export const KNOWN_ELSEWHERE = 'known-othernet';

/** The condition that `item` is, written `tag:x`; `undefined` when it is none. */
export function parseCondition(item: string): Condition | undefined {
  const parts = /^(?:tag|net):([!#]?)(.+)$/.exec(item);
  return parts === null ? undefined : { tag: parts[2], negated: parts[1] !== '' };
}

/** Whether `tags` meet all of `conditions`. */
export function holds(conditions: readonly Condition[], tags: ReadonlySet<string>): boolean {
  for (const { tag, negated } of conditions) {
    if (tags.has(tag) === negated) return false;
  }
  return true;
}
