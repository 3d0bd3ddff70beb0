import { isIP } from 'node:net';
import { echo } from '@atoll/device/services';
import type { TcpHandler } from '@atoll/device/socket';
import { addressText } from '@atoll/driver-node/socket/address';
import { hostTcp } from '@atoll/driver-node/socket/tcp';
import type { Credentials } from '@atoll/tls/credentials';
import type { ServerConfig } from '@atoll/tls/server/config';
import { ReplayGuard } from '@atoll/tls/server/early';
import { TicketKeys } from '@atoll/tls/server/ticket';
import { tls12Server } from '@atoll/tls/tls12/server';
import { x509Verifier } from '@atoll/tls/x509';
import type { TlsSocket } from '@atoll/tls-socket/socket';
import { emitPem } from '@atoll/x509/pem';
import { UsageError } from '../../usage.ts';
import type { Command, Words } from '../command.ts';
import { last, parseWords } from '../command.ts';
import { aes256Gcm, SIGNATURES, SUITES12 } from './algorithms.ts';
import { certificatesIn, credentialsOf } from './files.ts';
import { TlsHost } from './host.ts';
import {
  COMMON_DETAILS,
  COMMON_TYPES,
  commonConfig,
  numberIn,
  profileOf,
  speaks12,
} from './options.ts';
import { Page } from './page.ts';
import { Pump } from './pump.ts';
import { describeFailure, Report } from './report.ts';
import { selfSigned } from './self-signed.ts';

const TYPES = {
  ...COMMON_TYPES,
  servername: 'string',
  verify: 'boolean',
  Verify: 'boolean',
  www: 'boolean',
  echo: 'boolean',
  no_ticket: 'boolean',
  early_data: 'string',
  naccept: 'string',
} as const;

export const sServer: Command = {
  usage: 'tls s_server [[ADDRESS:]PORT] [OPTION]...',
  summary:
    'Serves: writes what clients send, and sends the standard input to the last one that came.',
  details: `  [ADDRESS:]PORT       where, 127.0.0.1:4433 when nothing is said; port 0 takes any that is free
  --www                answers requests of HTTP with a page about the connection
  --echo               sends back what comes
  --cert=FILE, --key=FILE, --pass=TEXT
                       a chain and its key, in PEM, and the key's password; may be given for several kinds of keys.
                       Without any, a certificate is made on the fly, and written to the standard error stream
  --servername=NAME    who that certificate is for, and with --cert who is served: nobody else (localhost)
  --verify, --Verify   asks clients for a certificate, or demands it
  --CAfile=FILE        roots of clients' certificates
  --profile=NAME       rules for them: private, strict or web (private)
${COMMON_DETAILS}  --no_ticket          lets nobody resume
  --early_data=BYTES   takes early data from those who resume, each hello once
  --naccept=N          ends after so many connections

The report goes to the standard error stream. Ends with status 1 when, with --naccept, a connection failed.
`,
  async run(words) {
    const parsed = parseWords(words, ['[[ADDRESS:]PORT]'], TYPES);
    const local = splitLocal(parsed.positionals[0] ?? '127.0.0.1:4433');
    return new Server(parsed, configOf(parsed)).run(local);
  },
};

/** One run of the tool. */
class Server {
  readonly #words: Words;
  readonly #report: Report;
  readonly #config: ServerConfig;
  readonly #host = new TlsHost();
  readonly #most: number;
  #ended = 0;
  #hasFailed = false;
  #end: (status: number) => void = () => {};

  constructor(words: Words, config: ServerConfig) {
    this.#words = words;
    this.#report = new Report(words);
    this.#config = config;
    const most = last(words, 'naccept');
    this.#most = most === undefined ? Number.POSITIVE_INFINITY : numberIn('naccept', most, 1, 1e9);
  }

  run(local: { address: string; port: number }): Promise<number> {
    return new Promise((resolve, reject) => {
      const tcp = hostTcp(
        new Map([[local.port, local]]),
        () => this.#host.soon(),
        (reason) => reject(new Error(reason)),
        (bound) => this.#report.say(`listening on ${addressText(bound.address)}:${bound.port}`),
      );
      const options = {
        onEarlyData: (data: Uint8Array) => void process.stdout.write(data.slice()),
        onFailure: (failure: Parameters<typeof describeFailure>[0]) => {
          this.#hasFailed = true;
          this.#report.failed(describeFailure(failure));
        },
        ...(this.#words.options.has('msg') && {
          onTrace: (line: string) => this.#report.say(line),
        }),
      };
      const serving = this.#host.tls.serving(
        this.#config,
        (socket) => this.#accept(socket),
        options,
      );
      const listener = tcp.listen(local.port, (below) => {
        const handler = serving(below);
        const onClosed: TcpHandler['onClosed'] = (reason) => {
          handler.onClosed?.(reason);
          if (++this.#ended >= this.#most) this.#end(this.#hasFailed ? 1 : 0);
        };
        return { ...handler, onClosed };
      });
      this.#end = (status) => {
        listener?.close();
        process.stdin.destroy();
        resolve(status);
      };
    });
  }

  #accept(socket: TlsSocket): TcpHandler {
    this.#report.connected(socket.connected);
    if (this.#words.options.has('www')) return new Page(socket);
    if (this.#words.options.has('echo')) return echo(socket);
    return new Terminal(socket);
  }
}

/** Our terminal, for as long as no other client comes. */
class Terminal implements TcpHandler {
  static #last: Pump | undefined;
  readonly #socket: TlsSocket;
  readonly #pump: Pump;

  constructor(socket: TlsSocket) {
    this.#socket = socket;
    this.#pump = new Pump(socket, process.stdin, process.stdout);
    Terminal.#last?.release();
    Terminal.#last = this.#pump;
  }

  onConnected(): void {
    this.#pump.start();
  }

  onReadable(): void {
    this.#pump.receive();
    if (this.#socket.isFinished) this.#socket.end();
  }

  onWritable(): void {
    this.#pump.send();
  }

  onClosed(): void {
    this.#pump.finish();
    this.#pump.release();
  }
}

function configOf(words: Words): ServerConfig {
  const early = last(words, 'early_data');
  const clients = clientsOf(words);
  return {
    ...commonConfig(words),
    credentials: credentialsFor(words),
    ...(speaks12(words) && { tls12: tls12Server(SUITES12) }),
    ...(clients && { clients }),
    ...(!words.options.has('no_ticket') && { tickets: new TicketKeys(aes256Gcm) }),
    ...(early !== undefined && {
      earlyData: { most: numberIn('early_data', early, 1, 2 ** 20), guard: new ReplayGuard() },
    }),
  };
}

function credentialsFor(words: Words): ServerConfig['credentials'] {
  const name = last(words, 'servername');
  const given = credentialsOf(words);
  if (given.length === 0) {
    const made = selfSigned(name ?? 'localhost', Date.now());
    process.stderr.write(emitPem({ label: 'CERTIFICATE', bytes: made.chain[0] }));
    return () => [made];
  }
  return (asked): readonly Credentials[] =>
    name === undefined || asked === undefined || asked === name.toLowerCase() ? given : [];
}

function clientsOf(words: Words): ServerConfig['clients'] {
  const file = last(words, 'CAfile');
  const required = words.options.has('Verify');
  if (!required && !words.options.has('verify')) {
    if (file !== undefined) throw new UsageError('--CAfile is for --verify or --Verify');
    return undefined;
  }
  if (file === undefined) throw new UsageError('--CAfile with the roots of clients is missing');
  const roots = certificatesIn(file);
  const profile = profileOf(words, 'private');
  return { verifier: x509Verifier({ profile, roots, signatures: SIGNATURES }), required };
}

function splitLocal(text: string): { address: string; port: number } {
  const [, , host, port] = /^((.*):)?(\d{1,5})$/.exec(text) ?? [];
  const address = /^\[(.*)\]$/.exec(host ?? '')?.[1] ?? host ?? '127.0.0.1';
  if (port === undefined || isIP(address) === 0) {
    throw new UsageError(
      `"${text}"\n  expected a port, or an address and a port such as 127.0.0.1:4433`,
    );
  }
  return { address, port: numberIn('port', port, 0, 65_535) };
}
