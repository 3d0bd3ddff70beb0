/** What RFC 8446 has to be the answer to each letter, in each state: appendix A, and the alerts of the sections. */
import { ALERT } from '../../src/alert.ts';
import type { Letter, Referee, Role, Verdict } from '../sequences.ts';
import type { Scenario } from './scenario.ts';

const { UNEXPECTED_MESSAGE, ILLEGAL_PARAMETER, DECRYPT_ERROR, PROTOCOL_VERSION } = ALERT;

/** One end of a handshake like `scenario`, as the RFC would have it. */
export class Rules implements Referee {
  readonly #scenario: Scenario;
  readonly #role: Role;
  readonly #path: readonly Letter[];
  #state: string;
  /** Messages that were taken. */
  #taken: string[] = [];
  /** How many keys there were to read with. */
  #keys = 0;
  /** Whether a record was opened with those of now. */
  #hasOpened = false;
  /** Whether early data that was not taken may come. */
  #skips = false;
  #takesEarly = false;

  constructor(scenario: Scenario, role: Role, path: readonly Letter[]) {
    this.#scenario = scenario;
    this.#role = role;
    this.#path = path;
    this.#state = role === 'client' ? 'ServerHello' : 'ClientHello';
  }

  get isSealed(): boolean {
    return this.#keys > 0;
  }

  get isConnected(): boolean {
    return this.#state === 'connected';
  }

  judge(letter: Letter): Verdict {
    const verdict = letter.message ? this.#message(letter.name) : this.#record(letter.name);
    if (verdict === 'taken' && letter.message) this.#taken.push(letter.name);
    return verdict;
  }

  #record(name: string): Verdict {
    switch (name) {
      case 'change_cipher_spec': {
        const hasBegun = this.#role === 'client' || this.#taken.length > 0;
        return hasBegun && !this.isConnected ? 'taken' : UNEXPECTED_MESSAGE;
      }
      case 'data':
        if (this.#skips && !this.isSealed) return 'taken';
        return this.isConnected || this.#takesEarly ? this.#opened() : UNEXPECTED_MESSAGE;
      case 'sealed with other keys':
        if (this.#skips) return 'taken';
        return this.isSealed ? ALERT.BAD_RECORD_MAC : UNEXPECTED_MESSAGE;
      case 'alert without protection':
        // From who could not make keys (RFC 8446, 6); later, from anybody.
        if (this.isSealed && (this.isConnected || this.#hasOpened)) return UNEXPECTED_MESSAGE;
        return 'over';
      case 'user_canceled':
        return this.#opened();
      case 'fatal alert':
      case 'close_notify':
        return 'over';
      default:
        return UNEXPECTED_MESSAGE;
    }
  }

  #message(name: string): Verdict {
    const keys = this.#keys;
    const wasSealed = this.isSealed;
    const next = this.#role === 'client' ? this.#forClient(name) : this.#forServer(name);
    if (typeof next === 'number') return next;
    this.#state = next;
    if (wasSealed) this.#opened();
    if (this.#keys > keys) this.#hasOpened = false;
    return 'taken';
  }

  #forClient(name: string): string | number {
    switch (`${this.#state} < ${name}`) {
      case 'ServerHello < ServerHello':
        // Its key share is for the one hello or for the other.
        if (this.#path.some((one) => one.name === 'HelloRetryRequest')) return ILLEGAL_PARAMETER;
        return this.#sealed('EncryptedExtensions');
      case 'ServerHello < HelloRetryRequest':
        return 'second ServerHello';
      case 'second ServerHello < ServerHello':
        if (this.#path[0].name !== 'HelloRetryRequest') return ILLEGAL_PARAMETER;
        return this.#sealed('EncryptedExtensions');
      case 'ServerHello < ServerHello of TLS 1.2':
      case 'second ServerHello < ServerHello of TLS 1.2':
      case 'ServerHello < HelloRetryRequest of TLS 1.2':
      case 'second ServerHello < HelloRetryRequest of TLS 1.2':
        return PROTOCOL_VERSION;
      case 'EncryptedExtensions < EncryptedExtensions':
        return this.#has('Certificate') ? 'CertificateRequest' : 'Finished';
      case 'EncryptedExtensions < unasked EncryptedExtensions':
        return ALERT.UNSUPPORTED_EXTENSION;
      case 'CertificateRequest < CertificateRequest':
        return 'Certificate';
      case 'CertificateRequest < Certificate':
      case 'Certificate < Certificate':
        return 'CertificateVerify';
      case 'CertificateRequest < empty Certificate':
      case 'Certificate < empty Certificate':
        return ALERT.DECODE_ERROR;
      case 'connected < NewSessionTicket':
        return 'connected';
      default:
        return this.#forBoth(name);
    }
  }

  #forServer(name: string): string | number {
    switch (`${this.#state} < ${name}`) {
      case 'ClientHello < ClientHello':
        this.#skips = this.#scenario.target.earlyData !== undefined;
        return this.#has('second ClientHello') ? 'second ClientHello' : this.#answered(true);
      case 'ClientHello < second ClientHello':
        // A binder is over all hellos.
        if (this.#isResumed() && this.#has('second ClientHello')) return DECRYPT_ERROR;
        return this.#answered(false);
      case 'second ClientHello < second ClientHello':
        return this.#answered(false);
      case 'second ClientHello < ClientHello':
        return ILLEGAL_PARAMETER;
      case 'ClientHello < ClientHello of TLS 1.2':
      case 'ClientHello < second ClientHello of TLS 1.2':
      case 'second ClientHello < ClientHello of TLS 1.2':
      case 'second ClientHello < second ClientHello of TLS 1.2':
        return PROTOCOL_VERSION;
      case 'Certificate < Certificate':
        return 'CertificateVerify';
      case 'Certificate < empty Certificate':
        return this.#scenario.server().clients?.required ? ALERT.CERTIFICATE_REQUIRED : 'Finished';
      case 'EndOfEarlyData < EndOfEarlyData':
        this.#takesEarly = false;
        return this.#sealed('Finished');
      default:
        return this.#forBoth(name);
    }
  }

  #forBoth(name: string): string | number {
    switch (`${this.#state} < ${name}`) {
      case 'CertificateVerify < CertificateVerify':
        return this.#isRight() ? 'Finished' : DECRYPT_ERROR;
      case 'Finished < Finished':
        return this.#isRight() ? this.#sealed('connected') : DECRYPT_ERROR;
      case 'CertificateVerify < wrong CertificateVerify':
      case 'Finished < wrong Finished':
        return DECRYPT_ERROR;
      case 'connected < KeyUpdate':
        return this.#sealed('connected');
      default:
        return UNEXPECTED_MESSAGE;
    }
  }

  /** The state after our flight, for the first hello or for another one, which has no early data. */
  #answered(isFirst: boolean): string {
    const { clients, earlyData } = this.#scenario.server();
    this.#takesEarly = isFirst && this.#skips && earlyData !== undefined;
    if (this.#takesEarly) this.#skips = false;
    const next = clients ? 'Certificate' : this.#takesEarly ? 'EndOfEarlyData' : 'Finished';
    return this.#sealed(next);
  }

  /** With new keys from `state` on. */
  #sealed(state: string): string {
    this.#keys++;
    return state;
  }

  /** A record came that is good. */
  #opened(): Verdict {
    this.#hasOpened = this.isSealed;
    if (this.isSealed) this.#skips = false;
    return 'taken';
  }

  #isResumed(): boolean {
    return this.#scenario.target.session !== undefined;
  }

  #has(name: string): boolean {
    return this.#path.some((letter) => letter.name === name);
  }

  /** Whether both ends have the same transcript. */
  #isRight(): boolean {
    return this.#taken.every((name, index) => name === this.#path[index]?.name);
  }
}
