import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { endpointOf } from '@atoll/driver-node/socket/address';
import { hostTcp } from '@atoll/driver-node/socket/tcp';
import { ok } from '@atoll/result/result';
import type { ClientConfig, Target } from '@atoll/tls/client/config';
import type { CertificateVerifier } from '@atoll/tls/credentials';
import { tls12Client } from '@atoll/tls/tls12/client';
import { x509PeerKey, x509Verifier } from '@atoll/tls/x509';
import type { TlsSocket } from '@atoll/tls-socket/socket';
import { parseCertificate } from '@atoll/x509/certificate';
import { UsageError } from '../../usage.ts';
import type { Command, Words } from '../command.ts';
import { last, parseWords } from '../command.ts';
import { SIGNATURES, SUITES12 } from './algorithms.ts';
import { certificatesIn, credentialsOf, publicRoots, readSession, writeSession } from './files.ts';
import { TlsHost } from './host.ts';
import {
  COMMON_DETAILS,
  COMMON_TYPES,
  commonConfig,
  numberIn,
  profileOf,
  speaks12,
} from './options.ts';
import { Pump } from './pump.ts';
import { describeFailure, Report } from './report.ts';

const TYPES = {
  ...COMMON_TYPES,
  servername: 'string',
  no_verify: 'boolean',
  key_shares: 'string',
  sess_out: 'string',
  sess_in: 'string',
  early_data: 'string',
  keymatexport: 'string',
} as const;

export const sClient: Command = {
  usage: 'tls s_client HOST:PORT [OPTION]...',
  summary: 'Connects to a server, sends it the standard input and writes what it answers.',
  details: `  --servername=NAME    who the server must be (HOST)
  --CAfile=FILE        roots instead of those of the public web
  --profile=NAME       rules for certificates: private, strict or web (private with --CAfile, otherwise web)
  --no_verify          goes on whoever the server is, and says what is wrong with it
  --cert=FILE, --key=FILE, --pass=TEXT
                       who we are for a server that asks: a chain and its key, in PEM, and the key's password
${COMMON_DETAILS}  --key_shares=N       for how many groups a key is sent at once (2)
  --sess_out=FILE      writes there what a later connection can resume with; it is a secret
  --sess_in=FILE       resumes
  --early_data=FILE    sends that with the hello when resuming: somebody in between may send it again
  --keymatexport=LABEL:LENGTH
                       writes so many bytes of keying material in hexadecimal digits

The report goes to the standard error stream. Ends with status 0 when both sides ended the connection as they
should, and with 1 when it failed: the last line says why, with the alert, and who must act.
`,
  async run(words) {
    const parsed = parseWords(words, ['HOST:PORT'], TYPES);
    const { host, port } = splitEndpoint(parsed.positionals[0]);
    const config = configOf(parsed);
    const target = targetOf(parsed, host);
    const { address } = await lookup(host);
    return new Connection(parsed).run({ address, port }, config, target);
  },
};

/** One run of the tool. */
class Connection {
  readonly #words: Words;
  readonly #report: Report;
  readonly #host = new TlsHost();

  constructor(words: Words) {
    this.#words = words;
    this.#report = new Report(words);
  }

  run(to: { address: string; port: number }, config: ClientConfig, target: Target) {
    const tcp = hostTcp(
      new Map(),
      () => this.#host.soon(),
      () => {},
    );
    return new Promise<number>((resolve) => {
      const sessionFile = last(this.#words, 'sess_out');
      const onTrace = (line: string) => this.#report.say(line);
      const open = (socket: TlsSocket) => this.#handler(socket, target, resolve);
      const opening = this.#host.tls.opening(config, target, open, {
        ...(this.#words.options.has('msg') && { onTrace }),
        ...(sessionFile !== undefined && {
          onSession: (session) => writeSession(sessionFile, session),
        }),
      });
      tcp.connect(endpointOf(to), opening);
    });
  }

  #handler(socket: TlsSocket, target: Target, resolve: (status: number) => void) {
    const pump = new Pump(socket, process.stdin, process.stdout);
    return {
      onConnected: () => {
        this.#report.connected(socket.connected);
        this.#export(socket);
        if (target.earlyData && !socket.connected?.earlyData) {
          this.#report.say('early data   was not taken, and is sent now');
          socket.write(target.earlyData);
        }
        pump.start();
      },
      onReadable() {
        pump.receive();
        if (socket.isFinished) socket.end();
      },
      onWritable: () => pump.send(),
      onClosed: (reason: string) => {
        pump.finish();
        process.stdin.destroy();
        const { failure } = socket;
        if (failure !== undefined) this.#report.failed(describeFailure(failure));
        else if (reason !== 'finished') this.#report.failed(`the connection was ${reason}`);
        resolve(failure === undefined && reason === 'finished' ? 0 : 1);
      },
    };
  }

  #export(socket: TlsSocket): void {
    const wanted = last(this.#words, 'keymatexport');
    if (wanted === undefined) return;
    const { label, length } = splitExport(wanted);
    const material = socket.exportKeyingMaterial(label, new Uint8Array(0), length);
    this.#report.say(`exported     ${Buffer.from(material).toString('hex')}`);
  }
}

function configOf(words: Words): ClientConfig {
  const shares = numberIn('key_shares', last(words, 'key_shares') ?? '2', 1, 5);
  const [credentials] = credentialsOf(words);
  const wanted = last(words, 'keymatexport');
  if (wanted !== undefined) splitExport(wanted);
  return {
    ...commonConfig(words),
    keyShares: shares,
    ...(speaks12(words) && { tls12: tls12Client(SUITES12) }),
    verifier: verifierOf(words),
    ...(credentials && { credentials }),
  };
}

function targetOf(words: Words, host: string): Target {
  const [sessionFile, earlyFile] = [last(words, 'sess_in'), last(words, 'early_data')];
  if (earlyFile !== undefined && sessionFile === undefined) {
    throw new UsageError('--early_data needs --sess_in: only who resumes can send any');
  }
  return {
    serverName: last(words, 'servername') ?? host,
    ...(sessionFile !== undefined && { session: readSession(sessionFile) }),
    ...(earlyFile !== undefined && { earlyData: new Uint8Array(readFileSync(earlyFile)) }),
  };
}

function verifierOf(words: Words): CertificateVerifier {
  const file = last(words, 'CAfile');
  const roots = file === undefined ? publicRoots() : certificatesIn(file);
  const profile = profileOf(words, file === undefined ? 'web' : 'private');
  const verifier = x509Verifier({ profile, roots, signatures: SIGNATURES });
  if (!words.options.has('no_verify')) return verifier;
  return {
    ...verifier,
    verify(chain, name, purpose, now) {
      const verified = verifier.verify(chain, name, purpose, now);
      const parsed = parseCertificate(chain[0]);
      if (verified.ok || !parsed.ok) return verified;
      process.stderr.write(`not verified: ${verified.error.reason}\n`);
      return ok(x509PeerKey(parsed.value.publicKey, SIGNATURES));
    },
  };
}

/** `[::1]:443`, `host:443`. */
function splitEndpoint(text: string): { host: string; port: number } {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined) throw new UsageError(`"${text}"\n  expected HOST:PORT`);
  const bare = /^\[(.*)\]$/.exec(host)?.[1] ?? host;
  return { host: bare, port: numberIn('port', port, 1, 65_535) };
}

function splitExport(text: string): { label: string; length: number } {
  const [, label, length] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (label === undefined) throw new UsageError(`--keymatexport=${text}\n  expected LABEL:LENGTH`);
  return { label, length: numberIn('keymatexport', length, 1, 8160) };
}
