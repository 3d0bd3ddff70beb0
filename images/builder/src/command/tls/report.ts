/** What the tools say about a connection, to the standard error stream: data have the other one to themselves. */
import type { Failure } from '@atoll/result/result';
import { describeAlert } from '@atoll/tls/alert';
import type { Connected } from '@atoll/tls/step';
import { parseCertificate } from '@atoll/x509/certificate';
import { describeName } from '@atoll/x509/name';
import type { Words } from '../command.ts';

export class Report {
  readonly #isQuiet: boolean;

  constructor({ options }: Words) {
    this.#isQuiet = options.has('quiet');
  }

  say(line: string): void {
    if (!this.#isQuiet) process.stderr.write(`${line}\n`);
  }

  connected(connected: Connected | undefined): void {
    for (const line of connected ? describeConnected(connected) : []) this.say(line);
  }

  /** Said in any case. */
  failed(reason: string): void {
    process.stderr.write(`failed: ${reason}\n`);
  }
}

export function describeConnected(connected: Connected): string[] {
  const { version, suite, group, resumed, earlyData, protocol, serverName, peerChain } = connected;
  return [
    `protocol     ${version}, ${suite}, ${group}${resumed ? ', resumed' : ''}`,
    ...(serverName === undefined ? [] : [`server name  ${serverName}`]),
    ...(protocol === undefined ? [] : [`ALPN         ${protocol}`]),
    ...(earlyData ? ['early data   was taken'] : []),
    ...peerChain.map((bytes, index) => `certificate  ${index}: ${describeCertificate(bytes)}`),
  ];
}

/** Why it failed, the alert that went or came, and who must act. */
export function describeFailure(failure: Failure & { readonly alert?: number }): string {
  const { blame, reason, alert } = failure;
  const told = alert === undefined || blame === 'alert' ? '' : ` (alert ${describeAlert(alert)})`;
  return `${reason}${told}; ${WHO[blame]}`;
}

const WHO: Readonly<Record<Failure['blame'], string>> = {
  config: 'what this side was told must be changed',
  peer: 'the peer must act',
  alert: 'the peer refuses, and says no more',
};

function describeCertificate(bytes: Uint8Array): string {
  const parsed = parseCertificate(bytes);
  if (!parsed.ok) return `malformed: ${parsed.error.reason}`;
  const { subject, issuer, notAfter } = parsed.value;
  const until = new Date(notAfter).toISOString().slice(0, 10);
  return `${describeName(subject)}, by ${describeName(issuer)}, until ${until}`;
}
