import type { Headers } from './headers.ts';

export interface SecurityOptions {
  /** Directives of the content security policy in the place of, or beside, {@link POLICY}; `''` takes one away. */
  readonly policy?: Readonly<Record<string, string>>;
  /** Seconds for which browsers shall use nothing but TLS; sent when the request came over TLS. */
  readonly strictTransport?: number;
}

/** What a page may do that needs nothing but its own server. */
export const POLICY: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
};

/** Adds to `headers` what makes browsers careful with a response; what is there already stays. */
export function secureHeaders(
  headers: Headers,
  scheme: 'http' | 'https',
  { policy = {}, strictTransport }: SecurityOptions = {},
): Headers {
  const directives = Object.entries({ ...POLICY, ...policy }).filter(([, value]) => value !== '');
  const fields: Record<string, string> = {
    'content-security-policy': directives.map((pair) => pair.join(' ')).join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    // For browsers that do not know frame-ancestors.
    'x-frame-options': 'DENY',
  };
  if (scheme === 'https' && strictTransport !== undefined) {
    fields['strict-transport-security'] = `max-age=${strictTransport}`;
  }
  for (const [name, value] of Object.entries(fields)) {
    if (!headers.has(name)) headers.append(name, value);
  }
  return headers;
}
