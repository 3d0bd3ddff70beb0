/** The lexical rules of master files (RFC 1035 section 5.1), as far as one record's data need them. */
import { escapeLength, escapeOctet } from './name.ts';

/**
 * The words of record data. White space and parentheses separate them, `;` begins a comment that ends
 * with the line, and quotes hold a word together. Escapes stay in the words, since what they mean
 * depends on the field.
 */
export class Words {
  /** What `@` is, and what a name without the last dot continues with: a name as text. */
  readonly origin: string;
  readonly #words: string[] = [];
  #at = 0;
  /** Whether a quote is open at the end, or an escape incomplete. */
  readonly broken: boolean;

  constructor(text: string, origin: string) {
    this.origin = origin;
    let end = 0;
    for (const match of text.matchAll(WORD)) {
      if (match.index !== end) break;
      end += match[0].length;
      const word = match[1];
      if (word !== undefined) this.#words.push(word.includes('"') ? unquote(word) : word);
    }
    this.broken = end !== text.length;
  }

  get left(): number {
    return this.#words.length - this.#at;
  }

  /** The next word; empty when there is none, or when it is `""`. */
  next(): string {
    return this.left > 0 ? this.#words[this.#at++] : '';
  }

  /** All words that are left. */
  rest(): string[] {
    const words = this.#words.slice(this.#at);
    this.#at = this.#words.length;
    return words;
  }
}

/** The octets, one a character, that a word of a master file stands for; `undefined` when an escape is wrong. */
export function unescaped(word: string): string | undefined {
  let octets = '';
  let at = 0;
  while (at < word.length) {
    const step = word[at] === '\\' ? escapeLength(word, at) : 1;
    const code = step === 4 ? Number(word.slice(at + 1, at + 4)) : word.charCodeAt(at + step - 1);
    if (step === 0 || !(code <= 0xff)) return undefined;
    octets += String.fromCharCode(code);
    at += step;
  }
  return octets;
}

/** Octets, one a character, between quotes. */
export function quoted(octets: string): string {
  return `"${octets.replace(/["\\]|[^ -~]/g, escapeOctet)}"`;
}

/** The number, when `word` is one in decimal and at most `limit`. */
export function decimal(word: string, limit: number): number | undefined {
  return /^[0-9]{1,10}$/.test(word) && Number(word) <= limit ? Number(word) : undefined;
}

/** A separator, a comment, or (captured) a word, in which quoted parts may stand. */
const WORD = /[\s()]+|;[^\n]*|((?:[^\s()";\\]|\\[^\n]|"(?:[^"\\]|\\[\s\S])*")+)/g;

/** The word without its quotes, except those that an escape made ordinary. */
function unquote(word: string): string {
  return word.replace(/\\[\s\S]|"/g, (part) => (part === '"' ? '' : part));
}
