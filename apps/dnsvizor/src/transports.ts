import { collectorAlgorithms } from '@atoll/syslog/transport/algorithms';
import { tcpTransport } from '@atoll/syslog/transport/tcp';
import { tlsTransport } from '@atoll/syslog/transport/tls';
import { udpTransport } from '@atoll/syslog/transport/udp';

/** The ways to a syslog collector. */
export const TRANSPORTS = [udpTransport, tcpTransport, tlsTransport(collectorAlgorithms)];
