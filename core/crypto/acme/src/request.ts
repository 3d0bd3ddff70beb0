import type { Entropy } from '@atoll/device/system';
import { emitName } from '@atoll/x509/name';
import type { PrivateKey } from '@atoll/x509/private-key';
import { emitRequest } from '@atoll/x509/request';
import { encodeBase64Url } from './base64url.ts';
import { certificateId } from './certificate-id.ts';
import type { AcmeConfig } from './config.ts';
import type { ExternalAccount } from './jws.ts';
import { externalAccountBinding, signedBody } from './jws.ts';
import type { OrderRecord } from './record.ts';
import type { AcmeState } from './state.ts';

/** What a request is for. */
export type Step =
  | { readonly name: 'directory' }
  | { readonly name: StepName; readonly url: string };

export type StepName =
  | 'nonce'
  | 'account'
  | 'new order'
  | 'order'
  | 'authorization'
  | 'challenge'
  | 'finalize'
  | 'certificate'
  | 'renewal info';

/** A request of HTTP. */
export interface AcmeRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: string;
  /** Names in lower case. */
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** A response of HTTP. */
export interface AcmeResponse {
  readonly status: number;
  /** The value of a field, by its name in lower case. */
  field(name: string): string | undefined;
  /** At most {@link LONGEST_BODY} bytes. */
  readonly body: Uint8Array;
}

/** Chains are what is long. */
export const LONGEST_BODY = 131_072;

/** The request for `step`; those that are signed use up the nonce of the session. */
export function requestFor(
  config: AcmeConfig,
  state: AcmeState,
  step: Step,
  entropy: Entropy,
): AcmeRequest {
  if (step.name === 'directory') return unsigned('GET', config.directory);
  if (step.name === 'renewal info') return unsigned('GET', step.url);
  if (step.name === 'nonce') return unsigned('HEAD', step.url);
  const { record, session } = state;
  const { nonce } = session;
  if (nonce === undefined) throw new Error('a request without a nonce');
  const { account: algorithm } = config.algorithms;
  const { key, url: kid } = record.account;
  const payload = payloadFor(config, state, step, entropy);
  const account = { algorithm, key, url: step.name === 'account' ? undefined : kid };
  const fields = {
    ...(step.name === 'certificate' && { accept: 'application/pem-certificate-chain' }),
    'content-type': 'application/jose+json',
  };
  const body = signedBody(account, { url: step.url, nonce, payload }, entropy);
  return { method: 'POST', url: step.url, fields, body };
}

function payloadFor(
  config: AcmeConfig,
  state: AcmeState,
  { name, url }: Exclude<Step, { name: 'directory' }>,
  entropy: Entropy,
): string {
  const { record } = state;
  switch (name) {
    case 'account':
      return accountPayload(config, record.account.key, url);
    case 'new order':
      return JSON.stringify({
        identifiers: config.names.map((value) => ({ type: 'dns', value })),
        replaces: state.session.hidesPredecessor ? undefined : predecessor(config, state),
      });
    case 'challenge':
      return '{}';
    case 'finalize':
      return record.order ? finalizePayload(config, record.order, entropy) : '';
    default:
      return '';
  }
}

/** What an authority with renewal information calls the certificate that an order is to replace (RFC 9773, 5). */
export function predecessor(
  { directory }: AcmeConfig,
  { record: { certificate }, session }: AcmeState,
): string | undefined {
  const isKnown = session.directory?.renewalInfo && certificate?.directory === directory;
  return isKnown && certificate ? certificateId(certificate) : undefined;
}

function finalizePayload(
  { algorithms: { certificate: algorithm } }: AcmeConfig,
  { key, names }: OrderRecord,
  entropy: Entropy,
): string {
  const contents = {
    subject: emitName([]),
    publicKey: algorithm.publicKey(key),
    names: names.map((value) => ({ kind: 'dns', value }) as const),
  };
  const csr = emitRequest(contents, { key, signature: algorithm.signature }, entropy);
  return JSON.stringify({ csr: encodeBase64Url(csr) });
}

/** RFC 8555, 7.3. Who gives the URL of a directory agrees to its terms. */
function accountPayload(
  { contacts, externalAccount, algorithms: { account: algorithm, sha256 } }: AcmeConfig,
  key: PrivateKey,
  url: string,
): string {
  const bind = (to: ExternalAccount) => externalAccountBinding(to, algorithm.jwk(key), url, sha256);
  return JSON.stringify({
    termsOfServiceAgreed: true,
    ...(contacts.length > 0 && { contact: contacts }),
    ...(externalAccount && { externalAccountBinding: bind(externalAccount) }),
  });
}

function unsigned(method: 'GET' | 'HEAD', url: string): AcmeRequest {
  return { method, url, fields: {}, body: undefined };
}
