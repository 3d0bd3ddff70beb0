/** What is shown to an authority while it looks, on the servers that run anyway. */
import type { Publication } from '@atoll/acme/challenge';
import { ALPN_PROTOCOL, challengeCertificate, HTTP_PATH } from '@atoll/acme/challenge';
import type { AcmeAlgorithms } from '@atoll/acme/config';
import { encodeLatin1 } from '@atoll/bytes/latin1';
import type { Clock, Entropy } from '@atoll/device/system';
import { Headers } from '@atoll/http/headers';
import type { Router } from '@atoll/http/router';
import type { Credentials } from '@atoll/tls/credentials';
import { x509Signers } from '@atoll/tls/x509';
import type { TlsSocket } from '@atoll/tls-socket/socket';
import type { AcceptTls } from '@atoll/tls-socket/sockets';

/** Answers `http-01` on a router; `shown` is what is published now. */
export function answerHttp(router: Router, shown: () => Publication | undefined): void {
  router.on('GET', HTTP_PATH, (_, { token }) => {
    const publication = shown();
    if (publication?.type !== 'http-01' || publication.token !== token) return { status: 404 };
    return { status: 200, headers: OCTETS, body: encodeLatin1(publication.keyAuthorization) };
  });
}

/** What a server shows to who wants to see `tls-alpn-01`. */
export function tlsProof(
  publication: Publication,
  algorithms: AcmeAlgorithms,
  clock: Clock,
  entropy: Entropy,
): Credentials {
  const made = challengeCertificate(publication, algorithms, clock.wall(), entropy);
  const signers = x509Signers(made.key, [algorithms.certificate.signature]);
  return { chain: [made.certificate], signers };
}

/** Ends connections that were for `tls-alpn-01`, on which nothing is said (RFC 8737, 3), and hands all others on. */
export function apartFromProofs(accept: AcceptTls): AcceptTls {
  return (socket) =>
    socket.connected?.protocol === ALPN_PROTOCOL ? ending(socket) : accept(socket);
}

function ending(socket: TlsSocket) {
  return {
    onConnected: () => socket.end(),
    onReadable: () => socket.consume(socket.peek().length),
  };
}

const OCTETS = new Headers({ 'content-type': 'application/octet-stream' });
