import type { Families } from '@atoll/metrics/family';
import type { Stack } from '@atoll/stack/stack';

/** What a stack counts, protocol by protocol. */
export function collectStack(stack: Stack) {
  return (families: Families): void => {
    const { counters, tcpHost } = stack;
    for (const [key, name, help] of STACK) {
      families.counter(`atoll_${name}_total`, help, counters[key]);
    }
    for (const { device, ipv4, ipv6 } of stack.interfaces) {
      const labels = { device: device.name };
      const gauge = (name: string, help: string, value: number) =>
        families.gauge(`atoll_${name}`, help, value, labels);
      gauge('arp_neighbours', 'Hardware addresses known or asked for by ARP.', ipv4.neighbours);
      gauge('ndp_neighbours', 'Likewise by Neighbor Discovery.', ipv6.neighbours);
      const fragments = ipv4.fragmentBytes + ipv6.fragmentBytes;
      gauge('ip_fragment_bytes', 'Bytes of fragments that wait for others.', fragments);
    }
    for (const [key, name, help] of TCP) {
      families.counter(`atoll_tcp_${name}_total`, help, tcpHost.counters[key]);
    }
    const { established, timeWaits, usedMemory } = tcpHost;
    const ofState = (state: string, value: number) =>
      families.gauge('atoll_tcp_connections', 'TCP connections by state.', value, { state });
    ofState('established', established);
    ofState('time_wait', timeWaits);
    families.gauge('atoll_tcp_buffered_bytes', 'Memory for payload of connections.', usedMemory);
  };
}

const STACK = [
  ['malformed', 'network_malformed', 'Frames and packets that are broken or must not exist.'],
  ['foreign', 'network_foreign', 'Frames for others, or of protocols that are not spoken.'],
  ['unsent', 'network_unsent', 'Packets without a route, a neighbour, or room in the device.'],
  ['receivedArp', 'arp_received', 'Packets of ARP that were received.'],
  ['receivedIcmp', 'icmp_received', 'Messages of ICMP and ICMPv6 that were received.'],
  ['receivedDatagrams', 'udp_received', 'Datagrams for a port that is open.'],
  ['sentDatagrams', 'udp_sent', 'Datagrams to send.'],
  ['closedPort', 'udp_closed_port', 'Datagrams for a port that is closed.'],
] as const;

const TCP = [
  ['receivedSegments', 'received_segments', 'Segments that were received.'],
  ['sentSegments', 'sent_segments', 'Segments that were sent.'],
  ['resentSegments', 'retransmitted_segments', 'Segments that were sent again.'],
  ['malformed', 'malformed', 'Segments cut short or with a wrong checksum.'],
  ['activeOpens', 'active_opens', 'Connections that we opened.'],
  ['passiveOpens', 'passive_opens', 'Connections that peers opened.'],
  ['failedOpens', 'failed_opens', 'Attempts that came to nothing.'],
  ['resets', 'resets', 'Established connections that the peer reset.'],
  ['sentResets', 'sent_resets', 'Resets sent for segments of no connection.'],
  ['strays', 'strays', 'Segments of no connection.'],
  ['cookiesSent', 'syn_cookies_sent', 'SYNs answered with a cookie.'],
  ['cookiesAccepted', 'syn_cookies_accepted', 'Connections made from a cookie.'],
  ['refusedByLimit', 'refused', 'SYNs refused because of a limit.'],
  ['evicted', 'evicted', 'Connections that gave way when memory was used up.'],
  ['ignoredReports', 'ignored_reports', 'Reports by ICMP about nothing that was sent.'],
] as const;
