import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Lan } from './lan.ts';
import type { Running } from './process.ts';
import { bareAddress } from './target/target.ts';

export interface PebbleOptions {
  /** The address that all names have but its own, such as `10.0.0.2`. */
  readonly names: string;
  /** Seconds that certificates are good for. */
  readonly lifetime: number;
  /** Of ten nonces, how many it refuses. */
  readonly nonceRefusals?: number;
}

/** Pebble, the authority for tests of ACME, on a host of its own, with the name server that it asks. */
export class Pebble {
  /** What appliances are to be told. */
  readonly words: readonly string[];
  /** Where the zone is changed. */
  readonly zone: string;
  readonly #host: Host;
  readonly #address: string;
  readonly #programs: readonly Running[];
  readonly #lan: Lan;

  private constructor(lan: Lan, host: Host, address: string, programs: readonly Running[]) {
    this.#lan = lan;
    this.#host = host;
    this.#address = address;
    this.#programs = programs;
    this.zone = `http://${address}:8055`;
    const root = readFileSync(join(lan.folder, 'pebble.pem'), 'latin1');
    this.words = [
      `--acme=https://${NAME}:14000/dir`,
      `--acme-root=${root.replace(/-----.*-----|\s/g, '')}`,
      `--acme-eab-id=${EXTERNAL.id}`,
      `--acme-eab-key=${EXTERNAL.key}`,
      `--dns-server=${address}:8053`,
    ];
  }

  /** Starts both programs at `address`, such as `10.0.0.3/24`, and waits until they serve. */
  static async start(lan: Lan, address: string, options: PebbleOptions): Promise<Pebble> {
    const host = lan.host('authority', address);
    const bare = bareAddress(address);
    const names = host.start([
      ...['pebble-challtestsrv', '-defaultIPv4', options.names, '-defaultIPv6', ''],
      ...['-dns01', `${bare}:8053`, '-management', `${bare}:8055`],
      ...['-http01', '', '-https01', '', '-tlsalpn01', ''],
    ]);
    const command = ['pebble', '-config', configure(lan, options), '-dnsserver', `${bare}:8053`];
    const { nonceRefusals = 3 } = options;
    const env = { PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: String(10 * nonceRefusals) };
    const authority = host.start(command, { env });
    await names.says(/Starting management server/);
    await authority.says(/ACME directory available/);
    const pebble = new Pebble(lan, host, bare, [names, authority]);
    await pebble.#ask(`${pebble.zone}/add-a`, { host: `${NAME}.`, addresses: [bare] });
    return pebble;
  }

  /** A file with the root of what it issues. */
  async rootFile(): Promise<string> {
    const file = join(this.#lan.folder, 'issued.pem');
    const url = `https://${this.#address}:15000/roots/0`;
    writeFileSync(file, await this.#host.succeed(['curl', '-sSk', url]));
    return file;
  }

  /** How many certificates it has issued. */
  get issued(): number {
    return this.#programs[1].output.match(/Issued certificate serial/g)?.length ?? 0;
  }

  /** Everything it wrote. */
  get output(): string {
    return this.#programs[1].output;
  }

  async stop(): Promise<void> {
    for (const program of this.#programs) await program.stop();
  }

  async #ask(url: string, document: object): Promise<void> {
    const data = ['--retry', '20', '--retry-connrefused', '--retry-delay', '1', '-d'];
    await this.#host.succeed(['curl', '-sSf', ...data, JSON.stringify(document), url]);
  }
}

function configure({ folder }: Lan, { lifetime }: PebbleOptions): string {
  const [certificate, privateKey] = ['pebble.pem', 'pebble.key'].map((name) => join(folder, name));
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-days', '2', '-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`],
      ...['-addext', 'basicConstraints=critical,CA:FALSE', '-out', certificate],
      ...['-addext', 'keyUsage=critical,digitalSignature', '-keyout', privateKey],
    ],
    { stdio: 'pipe' },
  );
  const file = join(folder, 'pebble.json');
  const pebble = {
    ...{ certificate, privateKey, httpPort: 80, tlsPort: 443 },
    ...{ listenAddress: '0.0.0.0:14000', managementListenAddress: '0.0.0.0:15000' },
    externalAccountBindingRequired: true,
    externalAccountMACKeys: { [EXTERNAL.id]: EXTERNAL.key },
    certificateValidityPeriod: lifetime,
  };
  writeFileSync(file, JSON.stringify({ pebble }));
  return file;
}

const NAME = 'pebble.example';
const EXTERNAL = { id: 'kid-1', key: Buffer.alloc(32, 7).toString('base64url') };
