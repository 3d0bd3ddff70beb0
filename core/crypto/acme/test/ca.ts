import { encodeLatin1 } from '@atoll/bytes/latin1';
import { decodeUtf8, encodeUtf8 } from '@atoll/bytes/utf8';
import { p256 } from '@atoll/primitives/reference/nist';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { Random } from '@atoll/sim/random';
import { authorityExtensions, peerExtensions } from '@atoll/x509/emit-extension';
import { emitCertificate, keyIdentifier, newSerial } from '@atoll/x509/issue';
import { emitName } from '@atoll/x509/name';
import { emitPem } from '@atoll/x509/pem';
import type { CertificateRequest } from '@atoll/x509/request';
import { isRequestSigned, parseRequest } from '@atoll/x509/request';
import { decodeBase64Url, encodeBase64Url } from '../src/base64url.ts';
import type { ChallengeType } from '../src/config.ts';
import { es256 } from '../src/key.ts';
import type { AcmeRequest, AcmeResponse } from '../src/request.ts';

const P256 = es256(p256, sha256);
const BASE = 'https://ca.example';

interface TestOrder {
  status: string;
  readonly names: readonly string[];
  readonly authorizations: readonly string[];
  readonly account: string;
  certificate: string | undefined;
  pem: string;
  error: object | undefined;
}

interface NewOrder {
  readonly identifiers: readonly { readonly type: string; readonly value: string }[];
  readonly replaces?: string;
}

interface TestAuthorization {
  status: string;
  readonly name: string;
  readonly isWildcard: boolean;
  readonly token: string;
  error: object | undefined;
  /** How often it is still pending when somebody looks. */
  patience: number;
}

export interface Seen {
  readonly name: string;
  readonly payload: Record<string, unknown> | undefined;
}

type Look = (type: ChallengeType, name: string, token: string, keyAuthorization: string) => boolean;

/** An authority of RFC 8555, in memory and strict, that misbehaves when it is told to. */
export class TestCa {
  readonly url = `${BASE}/directory`;
  /** Every request that came, by the last part of its path. */
  readonly seen: Seen[] = [];
  /** What answers instead, by the same name. */
  interfere: (name: string, count: number) => AcmeResponse | undefined = () => undefined;
  /** What changes an answer. */
  tamper: (name: string, response: AcmeResponse) => AcmeResponse = (_, response) => response;
  /** Whether somebody who looks finds the proof. */
  look: Look = () => true;
  /** How many of ten nonces it refuses. */
  nonceRefusals = 0;
  /** How often an authorization, and an order, is not ready yet. */
  patience = 0;
  lifetime = 90 * 86_400_000;
  externalKey: Uint8Array | undefined;
  /** When it wants certificates to be renewed (RFC 9773), in RFC 3339. */
  window: { readonly start: string; readonly end: string } | undefined;
  /** What it called the certificates that it issued, and those that orders replaced. */
  readonly issued: string[] = [];
  readonly replaced: string[] = [];
  readonly accounts = new Map<string, string>();
  readonly orders = new Map<string, TestOrder>();
  readonly #authorizations = new Map<string, TestAuthorization>();
  readonly #nonces = new Set<string>();
  readonly #random: Random;
  readonly #root: Authority;
  readonly #issuer: Authority;
  #count = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#root = this.#authority('Root', undefined);
    this.#issuer = this.#authority('Issuer', this.#root);
  }

  /** The root that chains lead to, DER. */
  get root(): Uint8Array {
    return this.#root.certificate;
  }

  handle(request: AcmeRequest, wall: number): AcmeResponse {
    const path = /^https:\/\/ca\.example\/([a-z-]+)(?:\/([\w.-]+))?$/;
    const [, name, id] = path.exec(request.url) ?? [];
    if (name === undefined) throw new Error(`a request to ${request.url}`);
    const jws = request.body && JSON.parse(decodeUtf8(request.body));
    const text = jws && decodeUtf8(decodeBase64Url(jws.payload) ?? new Uint8Array());
    this.seen.push({ name, payload: text ? JSON.parse(text) : undefined });
    const count = this.seen.filter((one) => one.name === name).length;
    const instead = this.interfere(name, count);
    const response =
      instead ?? this.#answer(request, name, `${BASE}/${name}/${id}`, jws, text, wall);
    return this.tamper(name, response);
  }

  count(name: string): number {
    return this.seen.filter((one) => one.name === name).length;
  }

  #answer(
    request: AcmeRequest,
    name: string,
    url: string,
    jws: Record<string, string> | undefined,
    payload: string,
    wall: number,
  ): AcmeResponse {
    if (name === 'directory') return this.#directory();
    if (name === 'renewal-info') return this.#renewalInfo(request.url);
    if (name === 'nonce') return this.#reply(request.method === 'HEAD' ? 200 : 405, undefined);
    if (jws === undefined || request.method !== 'POST') return this.#problem(405, 'malformed');
    const header = JSON.parse(decodeUtf8(decodeBase64Url(jws.protected) ?? new Uint8Array()));
    const isKnown = this.#nonces.delete(header.nonce);
    if (!isKnown || this.#random.below(10) < this.nonceRefusals) {
      return this.#problem(400, 'badNonce');
    }
    if (header.url !== request.url || header.alg !== 'ES256')
      return this.#problem(400, 'malformed');
    const isNew = name === 'new-account';
    const jwk = isNew ? JSON.stringify(header.jwk) : this.#jwkOf(header.kid);
    if (jwk === undefined) return this.#problem(400, 'accountDoesNotExist');
    if (!isSigned(jwk, jws)) return this.#problem(400, 'malformed');
    if (isNew) return this.#newAccount(jwk, JSON.parse(payload), request.url);
    return this.#route(name, url, payload, { kid: header.kid, jwk, wall });
  }

  #route(
    name: string,
    url: string,
    payload: string,
    { kid, jwk, wall }: { kid: string; jwk: string; wall: number },
  ): AcmeResponse {
    const order = this.orders.get(url.replace(/finalize|certificate/, 'order'));
    const authorization = this.#authorizations.get(url.replace('challenge', 'authorization'));
    switch (name) {
      case 'new-order':
        return this.#newOrder(kid, JSON.parse(payload));
      case 'order':
        return order ? this.#showOrder(order, url) : this.#problem(404, 'malformed');
      case 'authorization':
        return authorization
          ? this.#showAuthorization(authorization, url)
          : this.#problem(404, 'malformed');
      case 'challenge':
        return authorization ? this.#validate(authorization, jwk) : this.#problem(404, 'malformed');
      case 'finalize':
        return order ? this.#finalize(order, payload, url, wall) : this.#problem(404, 'malformed');
      case 'certificate':
        return order
          ? this.#response(200, encodeLatin1(order.pem), {})
          : this.#problem(404, 'malformed');
      default:
        return this.#problem(404, 'malformed');
    }
  }

  #directory(): AcmeResponse {
    const at = (name: string) => `${BASE}/${name}`;
    return response(200, {
      newNonce: at('nonce'),
      newAccount: at('new-account'),
      newOrder: at('new-order'),
      ...(this.window && { renewalInfo: at('renewal-info') }),
      meta: { externalAccountRequired: this.externalKey !== undefined },
      unknown: [{}],
    });
  }

  #newAccount(jwk: string, payload: Record<string, unknown>, url: string): AcmeResponse {
    if (payload.termsOfServiceAgreed !== true) return this.#problem(403, 'userActionRequired');
    const { externalKey } = this;
    if (externalKey && !isBound(payload.externalAccountBinding, externalKey, jwk, url)) {
      return this.#problem(403, 'externalAccountRequired');
    }
    const known = this.accounts.get(jwk);
    const location = known ?? `${BASE}/account/${++this.#count}`;
    this.accounts.set(jwk, location);
    return this.#reply(known ? 200 : 201, { status: 'valid' }, { location });
  }

  #renewalInfo(url: string): AcmeResponse {
    const isKnown = this.issued.some((id) => url === `${BASE}/renewal-info/${id}`);
    if (!isKnown) return this.#problem(404, 'malformed');
    return response(200, { suggestedWindow: this.window }, { 'retry-after': '21600' });
  }

  #newOrder(account: string, { identifiers, replaces }: NewOrder): AcmeResponse {
    if (replaces !== undefined) {
      if (!this.issued.includes(replaces)) return this.#problem(404, 'malformed');
      if (this.replaced.includes(replaces)) return this.#problem(409, 'alreadyReplaced');
      this.replaced.push(replaces);
    }
    const url = `${BASE}/order/${++this.#count}`;
    const authorizations = identifiers.map(({ value }) => {
      const own = `${BASE}/authorization/${++this.#count}`;
      this.#authorizations.set(own, {
        status: 'pending',
        name: value.replace(/^\*\./, ''),
        isWildcard: value.startsWith('*.'),
        token: encodeBase64Url(this.#random.bytes(32)),
        error: undefined,
        patience: this.patience,
      });
      return own;
    });
    const names = identifiers.map(({ value }) => value);
    const order = { status: 'pending', names, authorizations, account, pem: '' };
    this.orders.set(url, { ...order, certificate: undefined, error: undefined });
    return this.#showOrder(this.orders.get(url) as TestOrder, url, 201);
  }

  #showOrder(order: TestOrder, url: string, status = 200): AcmeResponse {
    const states = order.authorizations.map((one) => this.#authorizations.get(one)?.status);
    if (order.status === 'pending' && states.includes('invalid')) {
      order.status = 'invalid';
      order.error = problem('unauthorized');
    }
    if (order.status === 'pending' && states.every((one) => one === 'valid'))
      order.status = 'ready';
    const { names, authorizations, certificate, error } = order;
    const shown = {
      ...{ status: order.status, authorizations, certificate, error },
      identifiers: names.map((value) => ({ type: 'dns', value })),
      finalize: url.replace('order', 'finalize'),
    };
    if (order.status === 'processing') order.status = 'valid';
    return this.#reply(status, shown, { location: url });
  }

  #showAuthorization(authorization: TestAuthorization, url: string): AcmeResponse {
    const { status, name, token, error, isWildcard } = authorization;
    const isOpen = status === 'looked' || status === 'refused';
    if (isOpen && authorization.patience-- <= 0) {
      authorization.status = status === 'looked' ? 'valid' : 'invalid';
    }
    const types = isWildcard ? ['dns-01'] : ['http-01', 'dns-01', 'tls-alpn-01'];
    const shown = isOpen ? { status: 'pending', inner: 'processing' } : { status, inner: status };
    return this.#reply(200, {
      status: shown.status,
      identifier: { type: 'dns', value: name },
      wildcard: isWildcard,
      challenges: types.map((type) => ({
        ...{ type, token, status: shown.inner, error: status === 'invalid' ? error : undefined },
        url: url.replace('authorization', 'challenge'),
      })),
    });
  }

  #validate(authorization: TestAuthorization, jwk: string): AcmeResponse {
    const { token, name } = authorization;
    const proof = `${token}.${encodeBase64Url(sha256.digest(encodeUtf8(jwk)))}`;
    const types: ChallengeType[] = ['http-01', 'tls-alpn-01', 'dns-01'];
    const isFound = types.some((type) => this.look(type, name, token, proof));
    if (authorization.status === 'pending') authorization.status = isFound ? 'looked' : 'refused';
    if (!isFound) authorization.error = problem('incorrectResponse');
    return this.#reply(200, { status: 'processing' });
  }

  #finalize(order: TestOrder, payload: string, url: string, wall: number): AcmeResponse {
    if (order.status !== 'ready') return this.#problem(403, 'orderNotReady');
    const csr = parseRequest(decodeBase64Url(JSON.parse(payload).csr) ?? new Uint8Array());
    if (!csr.ok || !isRequestSigned(csr.value, [P256.signature]))
      return this.#problem(400, 'badCSR');
    const names = namesOf(csr.value);
    if (JSON.stringify(names) !== JSON.stringify(order.names)) return this.#problem(400, 'badCSR');
    order.status = 'processing';
    order.certificate = url.replace('finalize', 'certificate');
    const own = this.#issue(csr.value, wall);
    order.pem = [own, this.#issuer.certificate].map(pemOf).join('\n');
    return this.#showOrder(order, url.replace('finalize', 'order'));
  }

  #issue({ publicKey, extensions }: CertificateRequest, wall: number): Uint8Array {
    const identifiers = { own: identifierOf(publicKey.bytes), issuer: this.#issuer.identifier };
    const names = extensions.subjectAltName ?? [];
    const serial = newSerial(this.#random);
    this.issued.push([identifiers.issuer, serial].map(encodeBase64Url).join('.'));
    const contents = {
      ...{ serial, issuer: this.#issuer.name, subject: emitName([]) },
      ...{ publicKey: publicKey.bytes, notBefore: wall, notAfter: wall + this.lifetime },
      extensions: peerExtensions(identifiers, { names, roles: ['server'], hasNoSubject: true }),
    };
    return emitCertificate(contents, this.#issuer.signer, this.#random);
  }

  #authority(commonName: string, issuer: Authority | undefined): Authority {
    const key = P256.generate(this.#random);
    const publicKey = P256.publicKey(key);
    const identifier = identifierOf(publicKey);
    const name = emitName([['CN', commonName]]);
    const own = { identifier, name, signer: { key, signature: P256.signature } };
    const by = issuer ?? own;
    const contents = {
      ...{ serial: newSerial(this.#random), issuer: by.name, subject: name, publicKey },
      ...{ notBefore: 0, notAfter: 4e12 },
      extensions: authorityExtensions({ own: identifier, issuer: by.identifier }),
    };
    return { ...own, certificate: emitCertificate(contents, by.signer, this.#random) };
  }

  #jwkOf(kid: string): string | undefined {
    return [...this.accounts].find(([, url]) => url === kid)?.[0];
  }

  #problem(status: number, type: string): AcmeResponse {
    return this.#reply(status, problem(type));
  }

  #reply(status: number, body: object | undefined, fields: Record<string, string> = {}) {
    return this.#response(status, encodeUtf8(body ? JSON.stringify(body) : ''), fields);
  }

  #response(status: number, body: Uint8Array, fields: Record<string, string>): AcmeResponse {
    const nonce = encodeBase64Url(this.#random.bytes(16));
    this.#nonces.add(nonce);
    return response(status, body, { ...fields, 'replay-nonce': nonce });
  }
}

interface Authority {
  readonly certificate: Uint8Array;
  readonly identifier: Uint8Array;
  readonly name: Uint8Array;
  readonly signer: Parameters<typeof emitCertificate>[1];
}

export function response(
  status: number,
  body: Uint8Array | object,
  fields: Readonly<Record<string, string>> = {},
): AcmeResponse {
  const bytes = body instanceof Uint8Array ? body : encodeUtf8(JSON.stringify(body));
  return { status, body: bytes, field: (name) => fields[name] };
}

export function problem(type: string): object {
  return { type: `urn:ietf:params:acme:error:${type}`, detail: `about ${type}` };
}

function isSigned(jwk: string, jws: Record<string, string>): boolean {
  const { x, y } = JSON.parse(jwk);
  const parts = [x, y].map((one) => unwrapped(decodeBase64Url(one)));
  const point = Uint8Array.of(4, ...parts[0], ...parts[1]);
  const message = encodeUtf8(`${jws.protected}.${jws.payload}`);
  return p256.verify(point, sha256, message, unwrapped(decodeBase64Url(jws.signature)));
}

function isBound(binding: unknown, key: Uint8Array, jwk: string, url: string): boolean {
  const jws = (binding ?? {}) as Record<string, string>;
  if (jws.payload !== encodeBase64Url(encodeUtf8(jwk))) return false;
  const header = JSON.parse(decodeUtf8(unwrapped(decodeBase64Url(jws.protected))));
  const mac = sha256
    .hmac(key)
    .update(encodeUtf8(`${jws.protected}.${jws.payload}`))
    .tag();
  const isSame = jws.signature === encodeBase64Url(mac);
  return isSame && header.alg === 'HS256' && header.kid === 'kid-1' && header.url === url;
}

function unwrapped(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new Error('no Base64');
  return bytes;
}

function namesOf({ extensions }: CertificateRequest): string[] {
  return (extensions.subjectAltName ?? []).map((one) => (one.kind === 'dns' ? one.value : '?'));
}

function identifierOf(publicKey: Uint8Array): Uint8Array {
  return keyIdentifier(publicKey, sha256);
}

function pemOf(bytes: Uint8Array): string {
  return emitPem({ label: 'CERTIFICATE', bytes });
}
