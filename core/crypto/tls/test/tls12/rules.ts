/** What RFC 5246 has to be the answer to each letter, in each state: 7.3, and the alerts of the sections. */
import { ALERT } from '../../src/alert.ts';
import type { Letter, Referee, Role, Verdict } from '../sequences.ts';
import { CHANGE, type Scenario12 } from './scenario.ts';

const { UNEXPECTED_MESSAGE, DECRYPT_ERROR } = ALERT;

/** One end of a handshake like `scenario`, as the RFC would have it. */
export class Rules12 implements Referee {
  readonly #scenario: Scenario12;
  readonly #role: Role;
  readonly #path: readonly Letter[];
  #state: string;
  #taken: string[] = [];
  #isSealed = false;
  /** Whether a change_cipher_spec came when the version was not known yet. */
  #pretended = false;

  constructor(scenario: Scenario12, role: Role, path: readonly Letter[]) {
    this.#scenario = scenario;
    this.#role = role;
    this.#path = path;
    this.#state = role === 'client' ? 'ServerHello' : 'ClientHello';
  }

  get isSealed(): boolean {
    return this.#isSealed;
  }

  get isConnected(): boolean {
    return this.#state === 'connected';
  }

  judge({ name }: Letter): Verdict {
    switch (name) {
      case 'no_renegotiation':
      case 'user_canceled':
        return 'taken';
      case 'fatal alert':
      case 'close_notify':
        return 'over';
      case 'data':
        return this.isConnected ? 'taken' : UNEXPECTED_MESSAGE;
      case 'plain Finished':
        return this.#isSealed ? ALERT.BAD_RECORD_MAC : UNEXPECTED_MESSAGE;
      case CHANGE:
        return this.#change();
      default:
        return this.#message(name);
    }
  }

  #change(): Verdict {
    if (this.#state === 'ServerHello') {
      this.#pretended = true;
      return 'taken';
    }
    if (this.#state !== CHANGE) return UNEXPECTED_MESSAGE;
    this.#taken.push(CHANGE);
    this.#state = 'Finished';
    this.#isSealed = true;
    return 'taken';
  }

  #message(name: string): Verdict {
    if (name === 'HelloRequest' && this.#role === 'client') {
      return this.#state === 'ServerHello' ? UNEXPECTED_MESSAGE : 'taken';
    }
    const next = this.#next(name);
    if (typeof next === 'number') return next;
    if (next === 'connected' && this.isConnected) return 'taken';
    this.#taken.push(name);
    if (next === 'connected' && !this.#isRight()) return DECRYPT_ERROR;
    if (next === CHANGE && name === 'CertificateVerify' && !this.#isRight()) return DECRYPT_ERROR;
    this.#state = next;
    return 'taken';
  }

  /** The state after a message, or the alert. */
  #next(name: string): string | number {
    const { server } = this.#scenario;
    const asks = server.clients !== undefined;
    switch (`${this.#role} in ${this.#state} < ${name}`) {
      case 'client in ServerHello < ServerHello':
        if (this.#pretended) return UNEXPECTED_MESSAGE;
        if (this.#scenario.target.session) return CHANGE;
        return 'Certificate';
      case 'client in Certificate < Certificate':
        return 'ServerKeyExchange';
      case 'client in Certificate < empty Certificate':
        return ALERT.DECODE_ERROR;
      case 'client in ServerKeyExchange < ServerKeyExchange':
        return 'CertificateRequest';
      case 'client in CertificateRequest < CertificateRequest':
        return 'ServerHelloDone';
      case 'client in CertificateRequest < ServerHelloDone':
      case 'client in ServerHelloDone < ServerHelloDone':
        return server.tickets ? 'NewSessionTicket' : CHANGE;
      case 'client in NewSessionTicket < NewSessionTicket':
        return CHANGE;
      case 'server in ClientHello < ClientHello':
        if (this.#scenario.target.session) return CHANGE;
        return asks ? 'Certificate' : 'ClientKeyExchange';
      case 'server in Certificate < Certificate':
      case 'server in Certificate < empty Certificate':
        if (name !== 'Certificate' && server.clients?.required) return ALERT.HANDSHAKE_FAILURE;
        return 'ClientKeyExchange';
      case 'server in ClientKeyExchange < ClientKeyExchange':
        return this.#taken.includes('Certificate') ? 'CertificateVerify' : CHANGE;
      case 'server in CertificateVerify < CertificateVerify':
        return CHANGE;
      case 'server in connected < ClientHello':
        return 'connected';
      case 'client in Finished < Finished':
      case 'server in Finished < Finished':
        return 'connected';
      case 'client in Finished < wrong Finished':
      case 'server in Finished < wrong Finished':
        return DECRYPT_ERROR;
      case 'client in ServerHello < Certificate':
      case 'client in ServerHello < empty Certificate':
      case 'client in ServerHello < CertificateRequest':
      case 'client in ServerHello < NewSessionTicket':
      case 'server in ClientHello < Certificate':
      case 'server in ClientHello < empty Certificate':
      case 'server in ClientHello < CertificateRequest':
      case 'server in ClientHello < NewSessionTicket':
        // Before the version is known, these are messages of TLS 1.3, which have another form.
        return ALERT.DECODE_ERROR;
      default:
        return UNEXPECTED_MESSAGE;
    }
  }

  /** Whether both ends have the same transcript. */
  #isRight(): boolean {
    return this.#taken.every((name, index) => name === this.#path[index]?.name);
  }
}
