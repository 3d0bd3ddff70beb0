import { encodeUtf8 } from '@atoll/bytes/utf8';
import type { Options } from '@atoll/conf/table';
import { withDefault } from '@atoll/conf/table';
import { choice, value } from '@atoll/conf/value';
import { networkArguments } from '@atoll/network/arguments';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { statusArguments } from '@atoll/status/arguments';
import { syslogArguments, syslogTlsArguments } from '@atoll/syslog/arguments';
import { isHostName } from '@atoll/x509/peer-name';
import { KEY_KINDS } from './key.ts';
import { TRANSPORTS } from './syslog.ts';

/** The boot arguments of the Pinata. */
export const ARGUMENTS = {
  ...networkArguments('dhcp'),
  ...statusArguments('none'),
  ...syslogArguments(TRANSPORTS),
  ...syslogTlsArguments(),
  secret: withDefault(value('TEXT', 'a text of 1 to 1024 bytes', parseSecret), 'sweets', {
    summary: 'What is inside, for whoever authenticates.',
    example: 'the key to a wallet',
  }),
  key: withDefault(choice(KEY_KINDS.join('|'), KEY_KINDS), 'p256', {
    summary:
      'The kind of all keys, which are made at boot; no browser takes ed25519, and rsa takes seconds.',
    example: 'rsa',
  }),
  name: withDefault(value('NAME', 'a host name', parseHostName), 'pinata.internal', {
    summary: 'The host name that the certificate of the page is for, beside fixed addresses.',
    example: 'pinata.example.org',
  }),
};

export type PinataOptions = Options<typeof ARGUMENTS>;

function parseSecret(text: string): Result<Uint8Array> {
  const bytes = encodeUtf8(text);
  if (bytes.length === 0) return misconfigured('it is empty');
  return bytes.length <= 1024 ? ok(bytes) : misconfigured(`it has ${bytes.length} bytes`);
}

function parseHostName(text: string): Result<string> {
  const name = text.toLowerCase();
  return isHostName(name) ? ok(name) : misconfigured('it is none');
}
