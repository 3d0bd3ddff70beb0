import type { Endpoint } from '@atoll/device/socket';
import type { Clock } from '@atoll/device/system';
import type { DhcpServer } from '@atoll/dhcp/server';
import type { FastAnswers } from '@atoll/dns/fast';
import { ipv4Text } from '@atoll/ipv4/address';
import { ipv6Text } from '@atoll/ipv6/address';
import type { Section } from '@atoll/status/page';
import type { Status } from '@atoll/status/status';
import type { DhcpCounters } from './dhcp.ts';
import type { Dns } from './dns.ts';

/** Shows what is asked, and who answers; `answers` are given without the server. */
export function showDns(
  status: Status,
  { server, cache }: Dns,
  answers: FastAnswers | undefined,
  clock: Clock,
): void {
  const again = () => answers?.answered ?? 0;
  status.registry.collect((families) => {
    const { counters, cacheCounters, forwarderCounters, inFlight } = server;
    const total = (name: string, help: string, value: number) =>
      families.counter(`atoll_dns_${name}_total`, help, value);
    total('queries', 'Queries of clients.', counters.queries + again());
    for (const [from, count] of [['kept', again()], ...FROM.map((key) => [key, counters[key]])]) {
      const help = 'Queries by what became of them; kept are replies that were given before.';
      families.counter('atoll_dns_answers_total', help, Number(count), { from: String(from) });
    }
    total(
      'blocked',
      'Queries for names that a rule denies; they count as local.',
      counters.blocked,
    );
    total('cache_hits', 'Questions that the cache knew.', cacheCounters.hits);
    total('cache_misses', 'Questions that the cache did not know.', cacheCounters.misses);
    total('cache_evictions', 'Answers forgotten to make room.', cacheCounters.evictions);
    families.gauge('atoll_dns_cache_entries', 'Answers in the cache.', cache.size);
    total('upstream_queries', 'Queries to upstream servers.', forwarderCounters.queries);
    total('upstream_timeouts', 'Of those, without an answer in time.', forwarderCounters.timeouts);
    total('upstream_strangers', 'Datagrams that were no answer.', forwarderCounters.strangers);
    families.gauge('atoll_dns_upstream_waiting', 'Questions that wait for an answer.', inFlight);
    for (const { endpoint, roundTrip, paused } of server.upstreamHealth(clock.monotonic())) {
      const labels = { server: endpointText(endpoint) };
      const name = 'atoll_dns_upstream';
      const time = 'Smoothed round trip to an upstream server.';
      families.gauge(`${name}_round_trip_seconds`, time, roundTrip / 1000, labels);
      families.gauge(`${name}_paused`, '1 for a server that is silent.', paused ? 1 : 0, labels);
    }
  });
  status.show((): Section => {
    const { queries, cached, blocked, forwarded, failures } = server.counters;
    const all = queries + again();
    const known = cached + again();
    const share = all === 0 ? '' : ` (${Math.round((known / all) * 100)} %)`;
    const rows = [
      ['Queries', String(all)],
      ['Answered from memory', `${known}${share}`],
      ['Answered upstream', String(forwarded)],
      ['Blocked', String(blocked)],
      ['Without an answer', String(failures)],
    ];
    for (const { endpoint, roundTrip, paused } of server.upstreamHealth(clock.monotonic())) {
      const health = paused ? 'silent' : `${Math.round(roundTrip)} ms`;
      rows.push([endpointText(endpoint), health]);
    }
    return { title: 'DNS', rows };
  });
}

/** Shows who has which address. */
export function showDhcp(
  status: Status,
  server: DhcpServer,
  counters: DhcpCounters,
  clock: Clock,
): void {
  const leases = () => server.exportLeases(clock.monotonic(), clock.wall());
  status.registry.collect((families) => {
    families.gauge('atoll_dhcp_leases', 'Leases that somebody has.', leases().length);
    const { received, malformed, sent } = counters;
    families.counter('atoll_dhcp_received_total', 'Messages of clients.', received);
    families.counter('atoll_dhcp_malformed_total', 'Of those, no DHCP.', malformed);
    families.counter('atoll_dhcp_sent_total', 'Messages to clients.', sent);
    for (const kind of ['added', 'renewed', 'removed'] as const) {
      const help = 'Leases that began, went on and ended.';
      families.counter('atoll_dhcp_lease_events_total', help, counters[kind], { kind });
    }
  });
  status.show((): Section => {
    const all = leases().sort((one, other) => one.address - other.address);
    const more = all.length > MOST_ROWS ? `, the first ${MOST_ROWS}` : '';
    return {
      title: `Leases: ${all.length}${more}`,
      head: ['Address', 'Name', 'Hardware', 'Minutes left'],
      rows: all.slice(0, MOST_ROWS).map(({ address, name, hardware, expires }) => {
        const left = expires === 0 ? 'for ever' : String(minutesUntil(expires, clock));
        return [ipv4Text(address), name, hardware, left];
      }),
    };
  });
}

function minutesUntil(expires: number, clock: Clock): number {
  return Math.max(0, Math.round((expires - clock.wall() / 1000) / 60));
}

function endpointText({ address, port }: Endpoint): string {
  const text = typeof address === 'number' ? ipv4Text(address) : `[${ipv6Text(address)}]`;
  return port === DNS_PORT ? text : `${text}:${port}`;
}

/** What becomes of a query, as `DnsCounters` has it. */
const FROM = [
  'local',
  'cached',
  'forwarded',
  'failures',
  'refused',
  'malformed',
  'dropped',
] as const;
const MOST_ROWS = 256;
const DNS_PORT = 53;
