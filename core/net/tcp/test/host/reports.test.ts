import { describe, expect, it } from 'vitest';
import type { TcpReport } from '../../src/host/report.ts';
import type { Recorder } from './kit.ts';
import { CLIENT, connect, pair, SERVER } from './kit.ts';
import type { Seen } from './network.ts';
import { Network } from './network.ts';

function report(mine: Recorder, fields: Partial<TcpReport>): TcpReport {
  const { local, remote } = mine.connection;
  return {
    kind: 'hard',
    local: local.address,
    localPort: local.port,
    remote: remote.address,
    remotePort: remote.port,
    sequence: 0,
    mtu: 0,
    ...fields,
  };
}

/** A client whose SYN is lost, and that SYN. */
function opening() {
  const network = new Network(1);
  const client = network.host(CLIENT);
  let syn: Seen | undefined;
  network.observe = (seen) => {
    syn = seen;
  };
  const mine = connect(client, SERVER, 80);
  network.run(1);
  const sequence = syn?.sequence ?? 0;
  const tell = (fields: Partial<TcpReport>) => {
    client.tcp.handleReport(report(mine, { sequence, ...fields }), network.now);
    client.poll();
  };
  return { network, client, mine, sequence, tell };
}

describe('an ICMP error', () => {
  it('ends a connection that is being opened when it is a hard one', () => {
    const { mine, tell } = opening();
    tell({ kind: 'hard' });
    expect(mine.story).toBe('closed: unreachable');
  });

  it('says why a connection could not be opened when it is a soft one', () => {
    const { network, mine, tell } = opening();
    tell({ kind: 'soft' });
    expect(mine.events).toEqual([]);
    network.run(600_000);
    expect(mine.story).toBe('closed: unreachable');
  });

  it('does not count when it quotes what is not on its way', () => {
    const { client, mine, sequence, tell } = opening();
    tell({ sequence: sequence + 1 });
    tell({ sequence: sequence - 1 });
    tell({ remotePort: 81 });
    tell({ local: 5 });
    expect(mine.events).toEqual([]);
    expect(client.tcp.counters.ignoredReports).toBe(4);
  });

  it('does not end a connection that is established', () => {
    const network = new Network(2, { delay: 20 });
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    const [mine, theirs] = pair(network, client, server);
    let last: Seen | undefined;
    network.observe = (seen) => {
      if (seen.from === CLIENT) last = seen;
    };
    mine.send(5000, true);
    client.poll();
    for (const kind of ['hard', 'soft'] as const) {
      const { sequence } = last as Seen;
      client.tcp.handleReport(report(mine, { kind, sequence }), network.now);
    }
    client.poll();
    network.run(5000);
    expect([mine.reason, theirs.received]).toEqual(['finished', 5000]);
  });

  it('makes segments smaller when they were too big for the path', () => {
    const network = new Network(3, { delay: 10 });
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    const [mine, theirs] = pair(network, client, server);
    const sizes: number[] = [];
    network.observe = (seen) => {
      if (seen.from === CLIENT) sizes.push(seen.payload.length);
    };
    // A router takes packets of 1300 bytes at most, and says so once.
    const narrow = 1300 - 40;
    let told = 0;
    network.drop = (seen) => {
      if (seen.from !== CLIENT || seen.payload.length <= narrow - 12) return false;
      const { sequence } = seen;
      if (told++ > 0) return true;
      network.at(network.now + 5, () => {
        client.tcp.handleReport(
          report(mine, { kind: 'too-big', sequence, mtu: 1300 }),
          network.now,
        );
        client.poll();
      });
      return true;
    };
    mine.send(50_000, true);
    network.run(20_000);
    expect([theirs.received, theirs.isIntact, mine.reason]).toEqual([50_000, true, 'finished']);
    const small = sizes.filter((size) => size > 0).at(-2) ?? 0;
    expect(small).toBeLessThanOrEqual(narrow - 12);
    expect(small).toBeGreaterThan(1000);
  });

  it('is about connections that another one learned the path for, too', () => {
    const network = new Network(4);
    const server = network.host(SERVER);
    const client = network.host(CLIENT);
    const [mine, theirs] = pair(network, client, server);
    client.mtu = 1000;
    const sizes: number[] = [];
    network.observe = (seen) => sizes.push(seen.payload.length);
    mine.send(20_000, true);
    network.run(5000);
    expect(theirs.received).toBe(20_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000 - 40 - 12);
  });
});
