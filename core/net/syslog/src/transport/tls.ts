import { Misconfiguration } from '@atoll/appliance/appliance';
import type { FastPaths } from '@atoll/device/fast';
import { equalBytes } from '@atoll/primitives/equal';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import { ok } from '@atoll/result/result';
import { ALERT, abort } from '@atoll/tls/alert';
import type { ClientConfig } from '@atoll/tls/client/config';
import type { CertificateVerifier } from '@atoll/tls/credentials';
import type { Group } from '@atoll/tls/group';
import type { CipherSuite } from '@atoll/tls/suite';
import { x509PeerKey, x509Verifier } from '@atoll/tls/x509';
import type { TlsSocket } from '@atoll/tls-socket/socket';
import { TlsSockets } from '@atoll/tls-socket/sockets';
import type { Certificate } from '@atoll/x509/certificate';
import { parseCertificate } from '@atoll/x509/certificate';
import { privateProfile } from '@atoll/x509/profile';
import type { CertificateSignature } from '@atoll/x509/signature';
import type { Collector } from '../collector.ts';
import { frameMessage } from '../packet.ts';
import { openStream } from './tcp.ts';
import type { Surroundings, Transport } from './transport.ts';

/** What TLS is made of. */
export interface TlsAlgorithms {
  readonly suites: readonly CipherSuite[];
  readonly groups: readonly Group[];
  readonly signatures: readonly CertificateSignature[];
  /** For collectors that do not speak TLS 1.3, such as rsyslog with GnuTLS and without certificates of clients. */
  readonly tls12?: ClientConfig['tls12'];
  /** For fingerprints. */
  readonly sha256: HashAlgorithm;
}

/**
 * Messages in a stream of TLS (RFC 5425), to a collector whose certificate has the fingerprint that was given, or comes from
 * one of the given authorities and names the collector.
 */
export function tlsTransport(algorithms: (fast: FastPaths) => TlsAlgorithms): Transport {
  return {
    scheme: 'tls',
    port: 6514,
    longest: 2048,
    frame: frameMessage,
    prepare(surroundings, collector) {
      const { system, sockets } = surroundings;
      const chosen = algorithms(system.fast);
      const { suites, groups, tls12 } = chosen;
      const verifier = verifierFor(surroundings, collector, chosen);
      const config = { suites, groups, verifier, ...(tls12 && { tls12 }) };
      const tls = new TlsSockets(system);
      system.run(tls);
      return (to, events) => {
        let socket: TlsSocket | undefined;
        const whoFails = {
          onReady: events.onReady,
          onClosed: (reason: string) => events.onClosed(socket?.failure?.reason ?? reason),
        };
        return openStream(whoFails, (open) => {
          const target = { serverName: collector.host };
          sockets.tcp.connect(
            to,
            tls.opening(config, target, (opened) => {
              socket = opened;
              return open(opened);
            }),
          );
        });
      };
    },
  };
}

function verifierFor(
  { authorities }: Surroundings,
  { text, fingerprint }: Collector,
  { signatures, sha256 }: TlsAlgorithms,
): CertificateVerifier {
  const roots = authorities.map(certificateOf);
  const byAuthority = x509Verifier({ profile: privateProfile, roots, signatures });
  if (fingerprint === undefined) {
    if (roots.length > 0) return byAuthority;
    throw new Misconfiguration(
      `--syslog=${text}: nobody says how to know the collector\n  expected --syslog-ca, or a fingerprint: --syslog=${text}#sha256=…`,
    );
  }
  return {
    schemes: byAuthority.schemes,
    verify([certificate]) {
      const parsed = parseCertificate(certificate);
      if (!parsed.ok) return abort(ALERT.BAD_CERTIFICATE, parsed.error.reason);
      if (!equalBytes(sha256.digest(certificate), fingerprint)) {
        return abort(ALERT.CERTIFICATE_UNKNOWN, 'the certificate has another fingerprint');
      }
      return ok(x509PeerKey(parsed.value.publicKey, signatures));
    },
  };
}

function certificateOf(der: Uint8Array): Certificate {
  const parsed = parseCertificate(der);
  if (parsed.ok) return parsed.value;
  throw new Misconfiguration(
    `--syslog-ca: ${parsed.error.reason}\n  expected a certificate, DER in Base64`,
  );
}
