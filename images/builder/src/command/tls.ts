import { oneOf, UsageError } from '../usage.ts';
import type { Command } from './command.ts';
import { sClient } from './tls/s-client.ts';
import { sServer } from './tls/s-server.ts';

/** The tools for TLS, by the word behind `atoll tls`: OpenSSL has them under the same names. */
const COMMANDS: Readonly<Record<string, Command>> = {
  s_client: sClient,
  s_server: sServer,
};

export const tls: Command = {
  usage: `tls ${Object.keys(COMMANDS).join('|')} ...`,
  summary: 'Speaks TLS with somebody: a client and a server to try things with.',
  details: Object.values(COMMANDS)
    .map(({ usage, summary, details }) => `atoll ${usage}\n\n${summary}\n\n${details}`)
    .join('\n'),
  async run([name, ...words]) {
    if (name === undefined) throw new UsageError('s_client or s_server is missing');
    return COMMANDS[oneOf('tool for TLS', name, Object.keys(COMMANDS))].run(words);
  },
};
