/** The extensions of all messages but the ClientHello (RFC 8446, 4.2). */
import {
  type Codecs,
  EXTENSION,
  type Extension,
  extension,
  parseBytes,
  parseEmpty,
  parseU16,
  parseU16List,
  parseU32,
} from './extension.ts';
import {
  emitAuthorities,
  emitKeyShare,
  emitProtocols,
  emitU16List,
  type KeyShare,
  parseAuthorities,
  parseKeyShare,
  parseProtocols,
} from './offer.ts';
import { writeVector16 } from './vector.ts';

/** In a ServerHello. */
export interface HelloAnswer {
  readonly version: number;
  readonly keyShare: KeyShare;
  /** The index of the identity that was taken. */
  readonly preSharedKey: number;
}

/** In a HelloRetryRequest. */
export interface RetryAnswer {
  readonly version: number;
  readonly group: number;
  readonly cookie: Uint8Array;
}

/** In EncryptedExtensions. */
export interface EncryptedAnswer {
  readonly serverName: true;
  readonly groups: readonly number[];
  readonly protocols: readonly string[];
  readonly recordSizeLimit: number;
  readonly earlyData: true;
}

/** In a CertificateRequest. */
export interface Request {
  readonly signatureSchemes: readonly number[];
  readonly certificateSchemes: readonly number[];
  /** Distinguished names in DER. */
  readonly authorities: readonly Uint8Array[];
}

/** In a NewSessionTicket. */
export interface TicketAnswer {
  /** The most bytes of early data. */
  readonly earlyData: number;
}

export const HELLO_ANSWER: Codecs<HelloAnswer> = {
  version: [EXTENSION.SUPPORTED_VERSIONS, parseU16],
  keyShare: [EXTENSION.KEY_SHARE, parseKeyShare],
  preSharedKey: [EXTENSION.PRE_SHARED_KEY, parseU16],
};

export const RETRY_ANSWER: Codecs<RetryAnswer> = {
  version: [EXTENSION.SUPPORTED_VERSIONS, parseU16],
  group: [EXTENSION.KEY_SHARE, parseU16],
  cookie: [EXTENSION.COOKIE, parseBytes],
};

export const ENCRYPTED_ANSWER: Codecs<EncryptedAnswer> = {
  serverName: [EXTENSION.SERVER_NAME, parseEmpty],
  groups: [EXTENSION.SUPPORTED_GROUPS, parseU16List],
  protocols: [EXTENSION.ALPN, parseProtocols],
  recordSizeLimit: [EXTENSION.RECORD_SIZE_LIMIT, parseU16],
  earlyData: [EXTENSION.EARLY_DATA, parseEmpty],
};

export const REQUEST: Codecs<Request> = {
  signatureSchemes: [EXTENSION.SIGNATURE_ALGORITHMS, parseU16List],
  certificateSchemes: [EXTENSION.SIGNATURE_ALGORITHMS_CERT, parseU16List],
  authorities: [EXTENSION.CERTIFICATE_AUTHORITIES, parseAuthorities],
};

export const TICKET_ANSWER: Codecs<TicketAnswer> = {
  earlyData: [EXTENSION.EARLY_DATA, parseU32],
};

export function emitHelloAnswer(answer: Partial<HelloAnswer>): Extension[] {
  const { version, keyShare, preSharedKey } = answer;
  return [
    ...extension(EXTENSION.PRE_SHARED_KEY, preSharedKey, (out, index) => out.u16(index)),
    ...extension(EXTENSION.KEY_SHARE, keyShare, emitKeyShare),
    ...extension(EXTENSION.SUPPORTED_VERSIONS, version, (out, value) => out.u16(value)),
  ];
}

export function emitRetryAnswer({ version, group, cookie }: Partial<RetryAnswer>): Extension[] {
  return [
    ...extension(EXTENSION.KEY_SHARE, group, (out, value) => out.u16(value)),
    ...extension(EXTENSION.COOKIE, cookie, writeVector16),
    ...extension(EXTENSION.SUPPORTED_VERSIONS, version, (out, value) => out.u16(value)),
  ];
}

export function emitEncryptedAnswer(answer: Partial<EncryptedAnswer>): Extension[] {
  const { serverName, groups, protocols, recordSizeLimit, earlyData } = answer;
  return [
    ...extension(EXTENSION.SUPPORTED_GROUPS, groups, emitU16List),
    ...extension(EXTENSION.ALPN, protocols, emitProtocols),
    ...extension(EXTENSION.RECORD_SIZE_LIMIT, recordSizeLimit, (out, limit) => out.u16(limit)),
    ...extension(EXTENSION.SERVER_NAME, serverName, () => {}),
    ...extension(EXTENSION.EARLY_DATA, earlyData, () => {}),
  ];
}

export function emitRequest(request: Partial<Request>): Extension[] {
  const { signatureSchemes, certificateSchemes, authorities } = request;
  return [
    ...extension(EXTENSION.SIGNATURE_ALGORITHMS, signatureSchemes, emitU16List),
    ...extension(EXTENSION.SIGNATURE_ALGORITHMS_CERT, certificateSchemes, emitU16List),
    ...extension(EXTENSION.CERTIFICATE_AUTHORITIES, authorities, emitAuthorities),
  ];
}

export function emitTicketAnswer({ earlyData }: Partial<TicketAnswer>): Extension[] {
  return extension(EXTENSION.EARLY_DATA, earlyData, (out, most) => out.u32(most));
}
