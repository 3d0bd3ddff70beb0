import type { Families, Family, Labels } from './family.ts';

/** How samples are written: as Prometheus does since 2014, or as in OpenMetrics. */
export type Format = 'prometheus' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** `families` in Prometheus's text format 0.0.4, or in OpenMetrics 1.0. */
export function metricsText(families: Families, format: Format = 'prometheus'): string {
  let text = '';
  for (const family of families) text += familyText(family, format);
  return format === 'openmetrics' ? `${text}# EOF\n` : text;
}

/**
 * The format that the header field `Accept` wants most; Prometheus's own when it wants none of both, since
 * scrapers that cannot say what they want understand it.
 */
export function acceptedFormat(accept: string | undefined): Format {
  let openmetrics = 0;
  let plain = 0;
  for (const range of (accept ?? '').slice(0, LONGEST_ACCEPT).split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = weightOf(parameters.find((parameter) => parameter.startsWith('q=')));
    const version = parameters.find((parameter) => parameter.startsWith('version='));
    if (type === 'application/openmetrics-text' && (version ?? V1) === V1) {
      openmetrics = Math.max(openmetrics, weight);
    } else if (type === 'text/plain') plain = Math.max(plain, weight);
  }
  return openmetrics > 0 && openmetrics >= plain ? 'openmetrics' : 'prometheus';
}

function familyText({ name, type, help, samples }: Family, format: Format): string {
  const isOpen = format === 'openmetrics';
  // There the family of a counter has the name without what its samples end with.
  const title = isOpen && type === 'counter' ? name.slice(0, -'_total'.length) : name;
  const quoted = isOpen ? escapeLabel(help) : escapeHelp(help);
  let text = `# HELP ${title} ${quoted}\n# TYPE ${title} ${type}\n`;
  for (const { suffix, labels, value } of samples) {
    text += `${name}${suffix}${labelsText(labels, isOpen)} ${numberText(value)}\n`;
  }
  return text;
}

function labelsText(labels: Labels, isOpen: boolean): string {
  const names = Object.keys(labels);
  if (names.length === 0) return '';
  const pairs = names.map((name) => {
    const value = labels[name];
    // OpenMetrics wants bounds written as numbers with a fraction.
    const isBare = isOpen && name === 'le' && /^-?\d+$/.test(value);
    return `${name}="${isBare ? `${value}.0` : escapeLabel(value)}"`;
  });
  return `{${pairs.join(',')}}`;
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

/** From 0 to 1; what is no weight counts as not wanted. */
function weightOf(parameter: string | undefined): number {
  if (parameter === undefined) return 1;
  const text = parameter.slice('q='.length);
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}

const V1 = 'version=1.0.0';
const LONGEST_ACCEPT = 1024;
