import { oneOf, UsageError } from '../usage.ts';
import type { Command } from './command.ts';
import { last, parseWords } from './command.ts';
import { relay, THROUGH } from './pinata/relay.ts';

export const pinata: Command = {
  usage: 'pinata relay HOST[:PORT] [--through=PORT]',
  summary:
    'Has a Pinata open for itself: connects its server with its client, as one in the middle.',
  details: `  HOST[:PORT]          the Pinata, and the port of its page when that is not 80
  --through=PORT       ${THROUGH.join(' or ')}: where its client is (both, one after the other).
                       Through 10001 it connects to port 40001 of this host

What goes by is shown record by record. Both handshakes succeed and the secret goes by, in both directions, but
encrypted with keys that only the Pinata has. That they succeeded is known from the counters on its page. Ends with
status 1 when one did not.
`,
  async run([name, ...words]) {
    if (name === undefined) throw new UsageError('relay is missing');
    oneOf('way with a Pinata', name, ['relay']);
    const parsed = parseWords(words, ['HOST[:PORT]'], { through: 'string' });
    const through = last(parsed, 'through');
    const known = THROUGH.map(String);
    const chosen =
      through === undefined ? THROUGH : [THROUGH[known.indexOf(oneOf('port', through, known))]];
    for (const port of chosen) {
      if (!(await relay(pageOf(parsed.positionals[0]), port))) return 1;
    }
    return 0;
  },
};

function pageOf(host: string): URL {
  const url = URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`) : undefined;
  if (url?.pathname === '/' && url.username === '' && url.search === '') return url;
  throw new UsageError(
    `"${host}"\n  expected a host, such as 10.0.0.2, [2001:db8::2] or pinata:8080`,
  );
}
