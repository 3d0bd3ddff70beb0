/** Entity tags (RFC 9110 section 8.8.3), kept as they are written: `"abc"`, `W/"abc"`. */

/** Whether two tags stand for the same octets (strong comparison). */
export function isSameStrongly(one: string, other: string): boolean {
  return one === other && !one.startsWith('W/');
}

/** Whether two tags stand for the same meaning (weak comparison). */
export function isSameWeakly(one: string, other: string): boolean {
  return opaque(one) === opaque(other);
}

/** The tags of If-Match or If-None-Match; `*` stands for all there are. Of a list that is none, what can be read. */
export function parseTags(value: string): readonly string[] | '*' {
  if (value.trim() === '*') return '*';
  return value.match(TAG) ?? [];
}

/** Whether `text` is one tag and nothing else. */
export function isTag(text: string): boolean {
  return WHOLE_TAG.test(text);
}

function opaque(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}

const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;
const WHOLE_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;
