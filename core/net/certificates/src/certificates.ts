import { ALPN_PROTOCOL } from '@atoll/acme/challenge';
import type { Action, Event } from '@atoll/acme/engine';
import { handle, plan } from '@atoll/acme/engine';
import type { CertificateRecord } from '@atoll/acme/record';
import { emitRecord, parseRecord } from '@atoll/acme/record';
import type { AcmeResponse, Step } from '@atoll/acme/request';
import type { AcmeState } from '@atoll/acme/state';
import { begin, dueAt } from '@atoll/acme/state';
import type { Activity } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import { encodeLatin1 } from '@atoll/bytes/latin1';
import { timestampText } from '@atoll/calendar/calendar';
import type { HttpClient } from '@atoll/http/client';
import type { Router } from '@atoll/http/router';
import type { Store } from '@atoll/journal/store';
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { Credentials } from '@atoll/tls/credentials';
import type { ServerConfig } from '@atoll/tls/server/config';
import { x509Signers } from '@atoll/tls/x509';
import type { AcceptTls } from '@atoll/tls-socket/sockets';
import { Exchange } from './exchange.ts';
import type { ProofOptions } from './proof.ts';
import { apartFromProofs, Proof } from './proof.ts';

export interface CertificatesOptions extends ProofOptions {
  /** With TLS; whom it trusts for the authority's own name is the application's to say. */
  readonly client: Pick<HttpClient, 'request'>;
  /** Opened. The entry `acme` is ours. */
  readonly store: Pick<Store, 'get' | 'put'>;
  /** Has {@link Certificates.poll} called. */
  wake(): void;
}

/** How it goes, for status pages. */
export interface CertificateStatus {
  /** When the certificate in use ends, in milliseconds since 1970. */
  readonly notAfter: number | undefined;
  /** When the next one is asked for; in the past when that is under way, and `undefined` when it will not be. */
  readonly renewAt: number | undefined;
  /** Failed attempts since the last certificate, and why the last one failed. */
  readonly failures: number;
  readonly failure: Failure | undefined;
}

/**
 * Has a certificate, whatever it takes: gets one from an authority (RFC 8555), keeps it on the disk, shows it to
 * clients, and gets the next one in time. It is an activity of the loop.
 */
export class Certificates implements Activity {
  readonly #options: CertificatesOptions;
  readonly #proof: Proof;
  #state: AcmeState | undefined;
  /** What the state's certificate is made of for TLS. */
  #current: { readonly of: CertificateRecord; readonly credentials: Credentials } | undefined;
  #task: Task | undefined;
  /** Before that, nothing changes, and a loop that is busy with other things need not ask. */
  #waitUntil = 0;

  /** Throws a {@link Misconfiguration} when the challenge cannot be answered. */
  constructor(options: CertificatesOptions) {
    if (options.config.challenge === 'dns-01' && options.solver === undefined) {
      throw new Misconfiguration('dns-01 cannot be answered here');
    }
    this.#options = options;
    this.#proof = new Proof(options);
  }

  /**
   * Goes on from what is on the disk. When that is damaged, or of somebody else, nothing is asked of the authority: the
   * failure says so, and the operator decides.
   */
  async open(): Promise<Result<undefined>> {
    const { store, config, entropy, wake } = this.#options;
    const read = await store.get(KEY);
    if (!read.ok) return misconfigured(`the certificate on the disk: ${read.error.reason}`);
    const stored = read.value && parseRecord(read.value, config.algorithms);
    if (stored?.ok === false) {
      return misconfigured(`the certificate on the disk: ${stored.error.reason}`);
    }
    this.#become(begin(config, stored?.value, this.#now(), entropy));
    wake();
    return ok(undefined);
  }

  get status(): CertificateStatus {
    const { record, failure } = this.#state ?? {};
    return {
      notAfter: this.#current?.of.notAfter,
      renewAt: record && dueAt(this.#options.config, record),
      failures: record?.failures ?? 0,
      failure,
    };
  }

  /** Answers `http-01` on port 80, for which the path needs to be reached without TLS. */
  route(router: Router): void {
    this.#proof.route(router);
  }

  /**
   * `config` with our certificates: each handshake gets the one of its moment, and connections that there are stay. For
   * `tls-alpn-01` its protocol is added to those of ALPN, which are `http/1.1` when there are none.
   */
  serverConfig(config: Omit<ServerConfig, 'credentials'>): ServerConfig {
    const { protocols = ['http/1.1'] } = config;
    const isTls = this.#options.config.challenge === 'tls-alpn-01';
    return {
      ...config,
      ...(isTls && { protocols: [...protocols, ALPN_PROTOCOL] }),
      credentials: (name, protocol) => this.#credentials(name, protocol),
    };
  }

  /** For servers that are to be asked for `tls-alpn-01`: what such connections are not for, `accept` does not see. */
  accept(accept: AcceptTls): AcceptTls {
    return apartFromProofs(accept);
  }

  poll(now: number): number {
    if (now < this.#waitUntil) return this.#waitUntil;
    if (this.#task !== undefined && now >= this.#task.deadline) this.#task.giveUp();
    if (this.#task !== undefined) return this.#task.deadline;
    if (this.#state === undefined) return Number.POSITIVE_INFINITY;
    const { config, entropy } = this.#options;
    const action = plan(config, this.#state, this.#now(), entropy);
    if (action.do === 'wait') {
      this.#waitUntil = action.until;
      return action.until;
    }
    this.#task = this.#start(action);
    return this.#task.deadline;
  }

  #credentials(name: string | undefined, protocol: string | undefined): readonly Credentials[] {
    if (protocol === ALPN_PROTOCOL) return this.#proof.credentials(name);
    return this.#current ? [this.#current.credentials] : [];
  }

  #start(action: Exclude<Action, { do: 'wait' }>): Task {
    let isOver = false;
    const finish = (event: Event | undefined) => {
      if (isOver) return;
      isOver = true;
      this.#task = undefined;
      if (event !== undefined) this.#happened(event);
      this.#options.wake();
    };
    const deadline = this.#options.clock.monotonic() + PATIENCE;
    switch (action.do) {
      case 'save':
        this.#save(action.record).then(finish);
        // A disk is waited for: what it has not got must not be acted on.
        return { deadline: Number.POSITIVE_INFINITY, giveUp: () => undefined };
      case 'request': {
        const exchange = new Exchange(this.#options.client, action.request);
        exchange.done.then((result) => finish(eventOf(action.step, result)));
        if (action.step.name === 'account') this.#announceAccount();
        return {
          deadline,
          giveUp: () => exchange.giveUp('the authority takes too long to answer'),
        };
      }
      case 'publish':
        this.#proof.publish(action.publication).then(finish);
        return {
          deadline,
          giveUp: () => finish({ kind: 'unpublished', reason: 'publishing takes too long' }),
        };
      case 'withdraw':
        this.#proof.withdraw(action.publication).then(finish);
        return { deadline, giveUp: () => finish({ kind: 'withdrawn' }) };
    }
  }

  async #save(record: AcmeState['record']): Promise<Event | undefined> {
    const { store, log } = this.#options;
    const written = await store.put(KEY, emitRecord(record));
    if (written.ok) return { kind: 'saved', record };
    // Nobody knows what the disk has, until the next start.
    this.#state = undefined;
    log.error(`no certificate will be asked for any more: ${written.error.reason}`);
    return undefined;
  }

  #happened(event: Event): void {
    const { config, entropy } = this.#options;
    if (this.#state === undefined) return;
    const before = this.#state.record.failures;
    this.#become(handle(config, this.#state, event, this.#now(), entropy));
    const { failure, record } = this.#state;
    if (record.failures > before && failure !== undefined) this.#complain(failure, record.retryAt);
  }

  /** What is on the disk is what is shown. */
  #become(state: AcmeState): void {
    this.#state = state;
    const { algorithms } = this.#options.config;
    const certificate = state.durable?.certificate;
    if (certificate === undefined || certificate === this.#current?.of) return;
    const { key, chain } = certificate;
    const signers = x509Signers(key, [algorithms.certificate.signature]);
    this.#current = { of: certificate, credentials: { chain, signers } };
    const { names, notAfter, renewAt } = certificate;
    const [end, next] = [notAfter, renewAt].map(timestampText);
    this.#options.log.info(`certificate for ${names.join(', ')} until ${end}, next one ${next}`);
  }

  #announceAccount(): void {
    const terms = this.#state?.session.directory?.termsOfService;
    const suffix = terms === undefined ? '' : `, whose terms are ${terms}`;
    this.#options.log.info(`an account at ${this.#options.config.directory}${suffix}`);
  }

  #complain({ blame, reason }: Failure, retryAt: number): void {
    const { log } = this.#options;
    const line = `${reason}; next attempt ${timestampText(retryAt)}`;
    if (blame === 'config') log.error(line);
    else log.warning(line);
  }

  #now() {
    const { clock } = this.#options;
    return { monotonic: clock.monotonic(), wall: clock.wall() };
  }
}

/** What is under way. */
interface Task {
  /** When it has taken too long. */
  readonly deadline: number;
  giveUp(): void;
}

function eventOf(step: Step, result: Result<AcmeResponse>): Event {
  return result.ok
    ? { kind: 'answered', step, response: result.value }
    : { kind: 'unanswered', reason: `${step.name}: ${result.error.reason}` };
}

const KEY = encodeLatin1('acme');
/** Milliseconds for one step. */
const PATIENCE = 120_000;
