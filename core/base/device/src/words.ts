/**
 * The words of a machine's command line. Blanks separate them, except between double quotes, which do not
 * belong to the word; there a backslash takes the character behind it as it is.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let isQuoted = false;
  let isEscaped = false;
  for (const character of text) {
    if (!isEscaped && character === '"') {
      isQuoted = !isQuoted;
      word ??= '';
    } else if (!isEscaped && isQuoted && character === '\\') {
      isEscaped = true;
    } else if (isQuoted || !BLANK.has(character)) {
      word = (word ?? '') + character;
      isEscaped = false;
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

const BLANK: ReadonlySet<string> = new Set([' ', '\t', '\n', '\r']);
