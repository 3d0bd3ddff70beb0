import { escapeHtml } from '@atoll/status/page';

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
