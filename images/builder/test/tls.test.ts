import { describe, expect, it } from 'vitest';
import { tls } from '../src/command/tls.ts';
import { UsageError } from '../src/usage.ts';

describe('the tools for TLS', () => {
  it.each([
    [['s_clint'], 'unknown tool for TLS "s_clint"\n  did you mean s_client?'],
    [['s_client'], 'HOST:PORT is missing'],
    [['s_client', 'host'], '"host"\n  expected HOST:PORT'],
    [['s_client', 'h:70000'], '--port=70000\n  expected a number from 1 to 65535'],
    [
      ['s_client', 'h:1', '--sevrername=a'],
      'unknown option "sevrername"\n  did you mean servername?',
    ],
    [['s_client', 'h:1', '--groups=x25591'], 'unknown group "x25591"\n  did you mean x25519?'],
    [['s_client', 'h:1', '--groups=x25519:x25519'], 'a group stands twice'],
    [['s_client', 'h:1', '--profile=wob'], 'unknown profile "wob"\n  did you mean web?'],
    [['s_client', 'h:1', '--early_data=f'], '--early_data needs --sess_in'],
    [['s_client', 'h:1', '--key=f'], '--key without --cert'],
    [['s_server', 'host:1'], '"host:1"\n  expected a port'],
    [['s_server', '--record_size_limit=1'], 'expected a number from 64 to 16385'],
    [['s_server', '--alpn=a b'], 'expected names such as h2,http/1.1'],
    [['s_client', 'h:1', '--tls1_2', '--tls1_3'], '--tls1_3 is not for --tls1_2'],
    [['s_server', '--verify'], '--CAfile with the roots of clients is missing'],
  ])('refuse %j with advice', async (words, advice) => {
    const error = await tls.run(words).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(advice);
  });

  it('refuse files that are not what they should be', async () => {
    const here = import.meta.filename;
    for (const [option, advice] of [
      ['cert', 'no PEM block'],
      ['CAfile', 'no PEM block'],
      ['sess_in', 'no session that s_client wrote'],
    ]) {
      const words = ['s_client', 'localhost:1', `--${option}=${here}`];
      await expect(tls.run(words)).rejects.toThrow(`${here}: ${advice}`);
    }
  });
});
