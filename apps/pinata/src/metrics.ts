import type { Families } from '@atoll/metrics/family';
import type { Ledger } from './ledger.ts';

/** The counters of the bait for Prometheus. */
export function collectLedger(ledger: Ledger) {
  return (families: Families): void => {
    for (const [number, tally] of ledger.tallies) {
      const port = String(number);
      const { connections, handshakes } = tally;
      families.counter('pinata_connections_total', 'Connections.', connections, { port });
      families.counter('pinata_handshakes_total', 'Handshakes that began.', handshakes, { port });
      for (const outcome of ['opened', 'refused', 'left'] as const) {
        const help = 'Connections by how they ended.';
        families.counter('pinata_outcomes_total', help, tally[outcome], { port, outcome });
      }
    }
    const help = 'Calls that were not returned, because there were too many.';
    families.counter('pinata_declined_calls_total', help, ledger.declined);
  };
}
