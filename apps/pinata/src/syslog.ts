import type { FastPaths } from '@atoll/device/fast';
import { tcpTransport } from '@atoll/syslog/transport/tcp';
import type { TlsAlgorithms } from '@atoll/syslog/transport/tls';
import { tlsTransport } from '@atoll/syslog/transport/tls';
import { udpTransport } from '@atoll/syslog/transport/udp';
import { algorithms } from './algorithms.ts';
import { KEY_KINDS, keyScheme } from './key.ts';

/** The ways to a collector. It is spoken to with what the image has anyway, and has an address: nobody looks up names. */
export const TRANSPORTS = [udpTransport, tcpTransport, tlsTransport(ofCollector)];

function ofCollector(fast: FastPaths): TlsAlgorithms {
  const known = algorithms(fast);
  const signatures = KEY_KINDS.flatMap((kind) => keyScheme(kind, known).signatures);
  return { ...known.tls, signatures, sha256: known.sha256 };
}
