/** HTML that is made of text from outside: what is put in with `${}` is escaped unless it is {@link Html} itself. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** The tag of templates. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  let text = strings[0];
  for (const [at, value] of values.entries()) {
    text += typeof value === 'object' && 'join' in value ? value.join('') : textOf(value);
    text += strings[at + 1];
  }
  return new Html(text);
}

function textOf(value: string | number | Html): string {
  return value instanceof Html ? value.text : escapeHtml(String(value));
}

/** Fit for text and for quoted attributes. Control characters, which HTML cannot have, become visible. */
function escapeHtml(text: string): string {
  return text.replace(SPECIAL, (character) => ENTITIES[character] ?? '\ufffd');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const SPECIAL = /[&<>"'\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
