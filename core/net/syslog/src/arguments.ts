import { decodeBase64 } from '@atoll/bytes/base64';
import type { Options } from '@atoll/conf/table';
import { optional, repeated } from '@atoll/conf/table';
import { value } from '@atoll/conf/value';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { parseCollector } from './collector.ts';
import type { Transport } from './transport/transport.ts';

/** The boot argument of appliances that send log lines to a collector by one of `transports`. */
export function syslogArguments(transports: readonly Transport[]) {
  const schemes = transports.map(({ scheme }) => scheme);
  return {
    syslog: optional(
      value(
        `${schemes.join('|')}://HOST[:PORT]${schemes.includes('tls') ? '[#sha256=HEX]' : ''}`,
        'the address of a syslog collector',
        (text) => parseCollector(text, transports),
      ),
      {
        summary: 'The collector that gets the log lines which the console gets (RFC 5424).',
        example: `${schemes[0]}://10.0.0.1`,
      },
    ),
  };
}

export type SyslogOptions = Options<ReturnType<typeof syslogArguments>>;

/** Likewise of those that have TLS among their transports. */
export function syslogTlsArguments() {
  return {
    'syslog-ca': repeated(value('BASE64', 'a certificate, DER in Base64', parseAuthority), {
      summary: 'Who issued the certificate of the collector; without it a fingerprint is needed.',
      example: 'MIIBkDCCATagAwIBAgIU',
    }),
  };
}

export type SyslogTlsOptions = Options<ReturnType<typeof syslogTlsArguments>>;

function parseAuthority(text: string): Result<Uint8Array> {
  const der = decodeBase64(text);
  return der === undefined ? misconfigured('it is not Base64') : ok(der);
}
