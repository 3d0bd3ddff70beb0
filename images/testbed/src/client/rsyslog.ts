import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../lan.ts';
import { eventually } from '../poll.ts';
import type { Running } from '../process.ts';

/** What rsyslog understood of one message. */
export interface Received {
  readonly input: string;
  readonly facility: string;
  readonly severity: string;
  readonly hostname: string;
  readonly application: string;
  readonly messageId: string;
  readonly data: string;
  readonly time: string;
  readonly text: string;
}

export interface Certificates {
  /** Paths of PEM files. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** rsyslogd on a host: UDP on port 514, TCP on 601, and with certificates TLS: by OpenSSL on 6514, by GnuTLS, which then speaks TLS 1.2 at most, on 6515. */
export class Rsyslog {
  readonly #folder = mkdtempSync(join(tmpdir(), 'atoll-rsyslog-'));
  readonly #host: Host;
  #program: Running | undefined;

  constructor(host: Host, tls?: Certificates) {
    this.#host = host;
    writeFileSync(join(this.#folder, 'rsyslog.conf'), configuration(this.#folder, tls));
  }

  /** Starts it and waits until it listens. */
  async start(): Promise<void> {
    const file = join(this.#folder, 'rsyslog.conf');
    this.#program = this.#host.start(['rsyslogd', '-n', '-f', file, '-i', 'NONE']);
    const listens = async () => /:514\b.*:601\b/s.test(await this.#ports());
    if (!(await eventually(listens))) throw new Error(`rsyslogd does not listen\n${this.console}`);
  }

  async #ports(): Promise<string> {
    const { stdout } = await this.#host.run(['ss', '-lntuH']);
    return stdout;
  }

  async stop(): Promise<void> {
    await this.#program?.stop();
  }

  /** All that came. */
  received(): Received[] {
    const lines = read(join(this.#folder, 'received')).split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Received);
  }

  /** What it has to say itself. */
  get console(): string {
    return this.#program?.output ?? '';
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function configuration(folder: string, tls: Certificates | undefined): string {
  const fields = {
    input: 'inputname',
    facility: 'syslogfacility-text',
    severity: 'syslogseverity-text',
    hostname: 'hostname',
    application: 'app-name',
    messageId: 'msgid',
    data: 'structured-data',
    time: 'timereported:::date-rfc3339',
    text: 'msg',
  };
  const properties = Object.entries(fields).map(([name, property]) => {
    const [source, , , date] = property.split(':');
    const format = date === undefined ? '' : ' dateFormat="rfc3339"';
    return `property(name="${source}" outname="${name}" format="jsonf"${format})`;
  });
  const lines = [
    ...(tls === undefined
      ? []
      : [
          'global(',
          `  defaultNetstreamDriverCAFile="${tls.authority}"`,
          `  defaultNetstreamDriverCertFile="${tls.certificate}"`,
          `  defaultNetstreamDriverKeyFile="${tls.key}"`,
          ')',
        ]),
    'global(workDirectory="/tmp")',
    'module(load="imudp")',
    'module(load="imtcp")',
    `template(name="json" type="list") { constant(value="{") ${properties.join(' constant(value=",") ')} constant(value="}\\n") }`,
    `ruleset(name="keep") { action(type="omfile" file="${join(folder, 'received')}" template="json") }`,
    'input(type="imudp" port="514" name="udp" ruleset="keep")',
    'input(type="imtcp" port="601" name="tcp" ruleset="keep")',
    ...(tls === undefined
      ? []
      : [
          'input(type="imtcp" port="6514" name="tls" ruleset="keep"',
          '  streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")',
          'input(type="imtcp" port="6515" name="gnutls" ruleset="keep"',
          '  streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")',
        ]),
  ];
  return `${lines.join('\n')}\n`;
}
