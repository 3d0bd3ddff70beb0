import { Bed, NETWORK } from '@atoll/testbed/bed';
import { perfdhcp } from '@atoll/testbed/client/perfdhcp';
import type { Target } from '@atoll/testbed/target';
import { dnsmasq } from '@atoll/testbed/target/peers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ALL, microvm, node, onEach } from './targets.ts';
import { ZONE } from './zone.ts';

/** perfdhcp sends everything through a relay on its own address: the server answers that (`giaddr`). */
const SERVICE = { words: ['--dhcp-range=10.0.16.0,10.0.31.255,255.255.0.0,1h'] };

interface Plan {
  /** Exchanges of four messages, per second and in all; each may be of another client. */
  readonly rate: number;
  readonly exchanges: number;
  /** How many of them may fail. */
  readonly failures: number;
}

function plan(target: Target): Plan {
  switch (target) {
    // Two clients may be offered one address there; the second to want it is refused.
    case dnsmasq:
      return { rate: 250, exchanges: 1000, failures: 50 };
    case node:
      return { rate: 200, exchanges: 400, failures: 0 };
    case microvm:
      return { rate: 20, exchanges: 100, failures: 0 };
    default:
      return { rate: 250, exchanges: 1000, failures: 0 };
  }
}

onEach(ALL, ['perfdhcp'], (target) => {
  let bed: Bed;

  beforeAll(() => {
    bed = new Bed(target, SERVICE, ZONE, 16);
    return bed.start();
  });
  afterAll(() => bed.stop());

  it('leases addresses through a relay without losing a message', async () => {
    const { exchanges, rate, failures } = plan(target);
    const load = { clients: exchanges, exchanges, rate };
    const { discover, request, text } = await perfdhcp(bed.lan, bed.client, NETWORK.server, load);
    // It may have sent a few more before it saw that it had its answers.
    expect(discover.sent, text).toBeGreaterThanOrEqual(exchanges);
    expect(request.sent, text).toBeGreaterThanOrEqual(exchanges - failures);
    expect(discover.dropped + request.dropped, text).toBeLessThanOrEqual(failures);
  });
});
