import type { AcmeSettings } from '@atoll/acme/config';
import { es256 } from '@atoll/acme/key';
import type { AcmeResponse } from '@atoll/acme/request';
import { TestCa } from '@atoll/acme/test-ca';
import { decodeLatin1 } from '@atoll/bytes/latin1';
import type { ClientRequest, ClientResponse } from '@atoll/http/client';
import { Headers } from '@atoll/http/headers';
import type { Request, Response } from '@atoll/http/message';
import { Router } from '@atoll/http/router';
import { Logger } from '@atoll/log/log';
import { p256 } from '@atoll/primitives/reference/nist';
import { sha256 } from '@atoll/primitives/reference/sha2';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import type { CertificatesOptions } from '../src/certificates.ts';
import { Certificates } from '../src/certificates.ts';

const KEY = es256(p256, sha256);
const NAMES = ['www.example.org'];

/** An appliance with an authority, a disk and a clock that only moves when everybody waits. */
export class Machine {
  readonly ca = new TestCa(1);
  readonly router = new Router();
  readonly lines: string[] = [];
  /** The journal's entry, and why it can be written no more. */
  entry: Uint8Array | undefined;
  diskFailure: string | undefined;
  /** What becomes of a request. */
  answer: (request: ClientRequest) => Promise<Result<ClientResponse>> = async (request) =>
    ok(this.asked(request));
  requests = 0;
  now = 0;
  certificates: Certificates;
  #isWoken = false;
  readonly #settings: Partial<AcmeSettings>;
  readonly #more: Partial<CertificatesOptions>;

  constructor(settings: Partial<AcmeSettings> = {}, more: Partial<CertificatesOptions> = {}) {
    this.#settings = settings;
    this.#more = more;
    this.certificates = this.restarted();
    this.certificates.route(this.router);
  }

  /** The same appliance after a restart. */
  restarted(): Certificates {
    const acme = { account: KEY, certificate: KEY, sha256, signatures: [KEY.signature] };
    this.certificates = new Certificates({
      config: {
        ...{ directory: this.ca.url, names: NAMES, contacts: [], challenge: 'http-01' },
        ...{ externalAccount: undefined, algorithms: acme, ...this.#settings },
      },
      client: {
        request: (request) => {
          this.requests++;
          return this.answer(request);
        },
      },
      store: {
        get: async () => ok(this.entry),
        put: async (_, value) => {
          const { diskFailure: reason } = this;
          if (reason !== undefined) return { ok: false, error: { kind: 'failed', reason } };
          this.entry = value;
          return ok(undefined);
        },
      },
      clock: { monotonic: () => this.now, wall: () => 1.8e12 + this.now },
      entropy: new Random(3),
      log: new Logger((_, line) => this.lines.push(line)),
      wake: () => {
        this.#isWoken = true;
      },
      ...this.#more,
    });
    return this.certificates;
  }

  /** Lets `ms` pass, or less when it `isEnough`. */
  async run(ms: number, isEnough: () => boolean = () => false): Promise<void> {
    const end = this.now + ms;
    while (!isEnough()) {
      this.#isWoken = false;
      const next = this.certificates.poll(this.now);
      // All promises that can be fulfilled are.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.#isWoken || next <= this.now) continue;
      if (this.now >= end) return;
      this.now = Math.min(end, next);
    }
  }

  /** What the page at `path` says, by HTTP. */
  async page(path: string): Promise<string> {
    const request = { method: 'GET', path, query: undefined } as unknown as Request;
    const { body }: Response = await this.router.handle(request);
    return body instanceof Uint8Array ? decodeLatin1(body) : '';
  }

  asked({ method = 'GET', url, body, headers }: ClientRequest): ClientResponse {
    const fields = Object.fromEntries(headers ?? []);
    const bytes = body instanceof Uint8Array ? body : undefined;
    const request = { method: method as 'GET', url, fields, body: bytes };
    return clientResponse(this.ca.handle(request, 1.8e12 + this.now));
  }
}

function clientResponse({ status, body, field }: AcmeResponse): ClientResponse {
  const headers = new Headers();
  for (const name of ['replay-nonce', 'location', 'retry-after']) {
    const value = field(name);
    if (value !== undefined) headers.append(name, value);
  }
  let left = body;
  const reader: ClientResponse['body'] = {
    ...{ length: body.length, trailers: undefined, failure: undefined, onReadable: undefined },
    peek: () => left,
    consume: (count) => {
      left = left.subarray(count);
    },
    get isFinished() {
      return left.length === 0;
    },
  };
  return { status, headers, body: reader, abandon: () => undefined };
}

export const NO_CONNECTION = malformed('there is no connection');
