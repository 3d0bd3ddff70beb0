import { encodeUtf8 } from '@atoll/bytes/utf8';
import { Headers } from '@atoll/http/headers';
import type { Response } from '@atoll/http/message';
import { secureHeaders } from '@atoll/http/security';
import { STYLE, STYLE_DIGEST } from './style.ts';

/** A table on the page. Texts are texts: what they mean in HTML, they do not mean here. */
export interface Section {
  readonly title: string;
  /** What stands above the columns. */
  readonly head?: readonly string[];
  /** The first text of a row says what the others are about. */
  readonly rows: readonly (readonly string[])[];
  /** What is said in the place of no rows. */
  readonly empty?: string;
}

/** What a page begins with. */
export interface Title {
  readonly name: string;
  readonly summary: string;
}

/** A page of `sections` that needs nothing but itself: no script, no picture, nothing of another server. */
export function pageResponse(
  title: Title,
  sections: readonly Section[],
  scheme: 'http' | 'https' = 'http',
): Response {
  const headers = new Headers({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
  });
  secureHeaders(headers, scheme, { policy: POLICY });
  return { status: 200, headers, body: encodeUtf8(pageText(title, sections)) };
}

export function pageText({ name, summary }: Title, sections: readonly Section[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(name)}: status</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(name)}</h1>
<p>${escapeHtml(summary)}</p>
</header>
<main>
${sections.map(sectionText).join('')}</main>
<footer>
<nav aria-label="Views"><a href="">Reload</a> <a href="metrics">Metrics</a></nav>
</footer>
</body>
</html>
`;
}

function sectionText({ title, head, rows, empty = 'Nothing yet.' }: Section): string {
  const caption = `<h2>${escapeHtml(title)}</h2>`;
  if (rows.length === 0) return `<section>${caption}<p>${escapeHtml(empty)}</p></section>\n`;
  const columns = head?.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('');
  const thead = columns === undefined ? '' : `<thead><tr>${columns}</tr></thead>`;
  const tbody = rows.map(rowText).join('\n');
  return `<section><table><caption>${caption}</caption>${thead}<tbody>
${tbody}
</tbody></table></section>
`;
}

function rowText([first, ...others]: readonly string[]): string {
  const cells = others.map((text) => `<td>${escapeHtml(text)}</td>`).join('');
  return `<tr><th scope="row">${escapeHtml(first)}</th>${cells}</tr>`;
}

/** `text` as content or as the value of an attribute. What HTML cannot hold becomes U+FFFD. */
export function escapeHtml(text: string): string {
  return text.replace(SPECIAL, (character) => ENTITIES[character] ?? '\ufffd');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const SPECIAL = /[&<>"'\0-\x08\x0b-\x1f\x7f-\x9f]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Beside `default-src 'none'`: the one style sheet that is in the page. */
const POLICY = {
  'script-src': '',
  'img-src': '',
  'connect-src': '',
  'form-action': "'none'",
  'style-src': `'sha256-${STYLE_DIGEST}'`,
};
