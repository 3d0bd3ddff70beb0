import type { Failure } from '@atoll/result/result';

/** The descriptions of RFC 8446, 6, and RFC 5246, 7.2, that somebody may still send. */
export const ALERT = {
  CLOSE_NOTIFY: 0,
  UNEXPECTED_MESSAGE: 10,
  BAD_RECORD_MAC: 20,
  RECORD_OVERFLOW: 22,
  HANDSHAKE_FAILURE: 40,
  BAD_CERTIFICATE: 42,
  UNSUPPORTED_CERTIFICATE: 43,
  CERTIFICATE_REVOKED: 44,
  CERTIFICATE_EXPIRED: 45,
  CERTIFICATE_UNKNOWN: 46,
  ILLEGAL_PARAMETER: 47,
  UNKNOWN_CA: 48,
  ACCESS_DENIED: 49,
  DECODE_ERROR: 50,
  DECRYPT_ERROR: 51,
  PROTOCOL_VERSION: 70,
  INSUFFICIENT_SECURITY: 71,
  INTERNAL_ERROR: 80,
  INAPPROPRIATE_FALLBACK: 86,
  USER_CANCELED: 90,
  NO_RENEGOTIATION: 100,
  MISSING_EXTENSION: 109,
  UNSUPPORTED_EXTENSION: 110,
  UNRECOGNIZED_NAME: 112,
  BAD_CERTIFICATE_STATUS_RESPONSE: 113,
  UNKNOWN_PSK_IDENTITY: 115,
  CERTIFICATE_REQUIRED: 116,
  NO_APPLICATION_PROTOCOL: 120,
} as const;

/** Why a connection ended, and the alert that went to the peer or came from it. */
export interface TlsFailure extends Failure {
  /** One of {@link ALERT}, or another number that the peer sent. */
  readonly alert: number;
}

/** The peer did what it must not; `alert` tells it so. */
export function abort(
  alert: number,
  reason: string,
): { readonly ok: false; readonly error: TlsFailure } {
  return { ok: false, error: { blame: 'peer', alert, reason } };
}

/** As in RFC 8446, 6: `bad_record_mac`. */
export function describeAlert(alert: number): string {
  return NAMES.get(alert) ?? `alert ${alert}`;
}

const NAMES: ReadonlyMap<number, string> = /* @__PURE__ */ new Map(
  Object.entries(ALERT).map(([name, code]) => [code, name.toLowerCase()]),
);
