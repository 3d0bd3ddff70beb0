import type { Publication } from '@atoll/acme/challenge';
import { ALPN_PROTOCOL, challengeCertificate, HTTP_PATH, txtRecord } from '@atoll/acme/challenge';
import type { AcmeConfig } from '@atoll/acme/config';
import type { Event } from '@atoll/acme/engine';
import { encodeLatin1 } from '@atoll/bytes/latin1';
import type { Clock, Entropy } from '@atoll/device/system';
import { Headers } from '@atoll/http/headers';
import type { Router } from '@atoll/http/router';
import type { Logger } from '@atoll/log/log';
import type { Credentials } from '@atoll/tls/credentials';
import { x509Signers } from '@atoll/tls/x509';
import type { TlsSocket } from '@atoll/tls-socket/socket';
import type { AcceptTls } from '@atoll/tls-socket/sockets';
import type { DnsSolver } from './solver.ts';

export interface ProofOptions {
  readonly config: AcmeConfig;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Logger;
  /** Needed for `dns-01`. */
  readonly solver?: DnsSolver;
}

/** What is shown to an authority while it looks, on the servers that run anyway, or in the zone. */
export class Proof {
  readonly #options: ProofOptions;
  #shown: Publication | undefined;
  #credentials: Credentials | undefined;

  constructor(options: ProofOptions) {
    this.#options = options;
  }

  async publish(publication: Publication): Promise<Event> {
    if (publication.type === 'dns-01') {
      const done = await this.#options.solver?.publish(this.#recordOf(publication));
      if (done?.ok !== true) {
        return { kind: 'unpublished', reason: done?.error.reason ?? NO_SOLVER };
      }
    }
    if (publication.type === 'tls-alpn-01') this.#credentials = this.#credentialsFor(publication);
    this.#shown = publication;
    return { kind: 'published' };
  }

  async withdraw(publication: Publication): Promise<Event> {
    const { solver, log } = this.#options;
    this.#shown = undefined;
    this.#credentials = undefined;
    if (publication.type === 'dns-01') {
      const record = this.#recordOf(publication);
      const done = await solver?.remove(record);
      if (done?.ok !== true)
        log.warning(`${record.name} stays: ${done?.error.reason ?? NO_SOLVER}`);
    }
    return { kind: 'withdrawn' };
  }

  /** Answers `http-01`. */
  route(router: Router): void {
    router.on('GET', HTTP_PATH, (_, { token }) => {
      const shown = this.#shown;
      if (shown?.type !== 'http-01' || shown.token !== token) return { status: 404 };
      return { status: 200, headers: OCTETS, body: encodeLatin1(shown.keyAuthorization) };
    });
  }

  /** Who we are for `tls-alpn-01`, when that is asked about `name`. */
  credentials(name: string | undefined): readonly Credentials[] {
    const isAsked = name !== undefined && name === this.#shown?.name;
    return isAsked && this.#credentials ? [this.#credentials] : [];
  }

  #credentialsFor(publication: Publication): Credentials {
    const { config, clock, entropy } = this.#options;
    const { algorithms } = config;
    const made = challengeCertificate(publication, algorithms, clock.wall(), entropy);
    const signers = x509Signers(made.key, [algorithms.certificate.signature]);
    return { chain: [made.certificate], signers };
  }

  #recordOf(publication: Publication) {
    return txtRecord(publication, this.#options.config.algorithms.sha256);
  }
}

/** Ends connections that were for `tls-alpn-01`, on which nothing is said (RFC 8737, 3), and hands all others on. */
export function apartFromProofs(accept: AcceptTls): AcceptTls {
  return (socket) =>
    socket.connected?.protocol === ALPN_PROTOCOL ? ending(socket) : accept(socket);
}

function ending(socket: TlsSocket) {
  return {
    onConnected: () => socket.end(),
    onReadable: () => socket.consume(socket.peek().length),
  };
}

const OCTETS = new Headers({ 'content-type': 'application/octet-stream' });
const NO_SOLVER = 'nobody can change the zone';
