/** A strict reader of both formats, to see what a scraper would. */
export interface Scraped {
  readonly types: Readonly<Record<string, string>>;
  readonly help: Readonly<Record<string, string>>;
  readonly samples: readonly { name: string; labels: Record<string, string>; value: number }[];
}

export function scrape(text: string): Scraped {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const types: Record<string, string> = {};
  const help: Record<string, string> = {};
  const samples: { name: string; labels: Record<string, string>; value: number }[] = [];
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-z0-9_]+) (.*)$/s.exec(line);
    if (comment !== null) {
      const [, kind, name, rest] = comment;
      const into = kind === 'HELP' ? help : types;
      if (Object.hasOwn(into, name)) throw new Error(`${name} has two lines of ${kind}`);
      into[name] = unquote(rest);
    } else if (line !== '# EOF') samples.push(sampleOf(line));
  }
  return { types, help, samples };
}

function sampleOf(line: string) {
  const match = /^([a-z0-9_]+)(?:\{(.*)\})? (NaN|[+-]Inf|-?[0-9.e+-]+)$/s.exec(line);
  if (match === null) throw new Error(`no sample: ${line}`);
  const [, name, inside = '', number] = match;
  const labels: Record<string, string> = {};
  const pair = /([a-z0-9_]+)="((?:[^"\\]|\\[\\n"])*)"(,|$)/y;
  while (pair.lastIndex < inside.length) {
    const found = pair.exec(inside);
    if (found === null) throw new Error(`no labels: ${inside}`);
    labels[found[1]] = unquote(found[2]);
  }
  return { name, labels, value: Number(number.replace('Inf', 'Infinity')) };
}

function unquote(text: string): string {
  return text.replace(/\\([\\n"])/g, (_, one) => (one === 'n' ? '\n' : one));
}
