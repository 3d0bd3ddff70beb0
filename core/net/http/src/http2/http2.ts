import type { HttpVersion } from '../server/surroundings.ts';
import { FRAME_SIZE } from './code.ts';
import { Http2Connection } from './connection.ts';
import { Output } from './output.ts';
import { ResponseWriter } from './response.ts';

export interface Http2Options {
  /** Requests of one connection that are answered at a time; 100 when left out. */
  readonly streams?: number;
}

/** HTTP/2 (RFC 9113) for the `versions` of a server, to which ALPN has to lead. */
export function http2({ streams = 100 }: Http2Options = {}): HttpVersion {
  const writer = new ResponseWriter(new Output(LARGEST_WRITE));
  return {
    protocol: 'h2',
    serve: (connection, scheme, surroundings) =>
      new Http2Connection(connection, { scheme, streams, surroundings, writer }),
  };
}

/** Some frames, and records of TLS, at a time: to encrypt and send them one by one would take longer. */
const LARGEST_WRITE = 4 * FRAME_SIZE;
