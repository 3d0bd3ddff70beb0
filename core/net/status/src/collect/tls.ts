import type { Families } from '@atoll/metrics/family';
import type { TlsSockets } from '@atoll/tls-socket/sockets';

/** What servers and clients of TLS count; `name` tells them from others. */
export function collectTls(tls: TlsSockets, name: string) {
  return (families: Families): void => {
    const labels = { name };
    const { completed, resumed, failures } = tls.counters;
    families.counter(
      'atoll_tls_handshakes_total',
      'Handshakes that ended well.',
      completed,
      labels,
    );
    families.counter('atoll_tls_resumptions_total', 'Of those, resumed ones.', resumed, labels);
    families.counter('atoll_tls_failures_total', 'Connections that failed.', failures, labels);
    families.gauge('atoll_tls_handshakes', 'Handshakes under way.', tls.handshakes, labels);
  };
}
