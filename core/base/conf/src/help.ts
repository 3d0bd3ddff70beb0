import type { ArgumentTable } from './table.ts';

/** What `--help` prints: every argument with its value, sentence, default and an example. */
export function helpText(name: string, summary: string, table: ArgumentTable): string {
  const lines = [`${name}: ${summary}`, '', 'Arguments:'];
  for (const [argument, details] of Object.entries(table)) {
    lines.push(`  ${usage(argument, details)}`, `      ${details.summary}`);
    const facts = [];
    if (details.kind === 'repeated') facts.push('May be given several times.');
    if (details.kind === 'required') facts.push('Must be given.');
    if (details.defaultText !== undefined && details.kind !== 'flag') {
      facts.push(`Default: ${details.defaultText}.`);
    }
    if (details.kind !== 'flag') facts.push(`Example: --${argument}=${details.example}`);
    if (facts.length > 0) lines.push(`      ${facts.join(' ')}`);
  }
  lines.push('  --help', '      Prints this and ends.');
  lines.push('  --version', '      Prints name and version and ends.');
  return `${lines.join('\n')}\n`;
}

/** The same as a Markdown table, for a README. */
export function helpMarkdown(table: ArgumentTable): string {
  const rows = Object.entries(table).map(([argument, details]) => {
    const standard = details.kind === 'required' ? '(required)' : code(details.defaultText);
    const example = details.kind === 'flag' ? `--${argument}` : `--${argument}=${details.example}`;
    const repeated = details.kind === 'repeated' ? ' Repeatable.' : '';
    return `| \`--${argument}\` | ${standard} | ${code(example)} | ${details.summary}${repeated} |`;
  });
  return ['| argument | default | example | meaning |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function usage(argument: string, details: ArgumentTable[string]): string {
  return details.kind === 'flag' ? `--${argument}` : `--${argument}=${details.form}`;
}

function code(text: string | undefined): string {
  return text === undefined || text === '' ? '' : `\`${text.replaceAll('|', '\\|')}\``;
}
