/** What one connection, and all of them, may cost. Bytes and milliseconds. */
export interface Limits {
  /** Bytes of a request line. */
  readonly requestLine: number;
  /** Bytes of all field lines of a head, and again of all trailers. */
  readonly fieldBytes: number;
  /** How many fields. */
  readonly fields: number;
  /** Bytes of the body of a request, unless its handler stops earlier. */
  readonly body: number;
  /** Bytes of a body that nobody read, so that the connection can go on. */
  readonly discarded: number;
  /** From the first byte of a head, or from the start of the connection, to its end. */
  readonly headMs: number;
  /** Between a response and the next request. */
  readonly idleMs: number;
  /** Bytes a second of a request's body, after the first `headMs`. */
  readonly bodyRate: number;
  /** How long a handler may take for an answer, once it has all of the request or takes no more of it. */
  readonly handlerMs: number;
  /** How long the peer may take nothing of a response. */
  readonly stallMs: number;
  /** How long to wait for the peer to end after we did. */
  readonly lingerMs: number;
  /** Requests on one connection. */
  readonly requests: number;
  /** Connections of one server. */
  readonly connections: number;
  /** Connections with one peer: an IPv4 address, or an IPv6 network of 64 bits. */
  readonly connectionsOfPeer: number;
}

export const DEFAULT_LIMITS: Limits = {
  requestLine: 8192,
  fieldBytes: 16_384,
  fields: 100,
  body: 1_048_576,
  discarded: 65_536,
  headMs: 10_000,
  idleMs: 60_000,
  bodyRate: 500,
  handlerMs: 60_000,
  stallMs: 30_000,
  lingerMs: 30_000,
  requests: 10_000,
  connections: 1024,
  connectionsOfPeer: 256,
};
