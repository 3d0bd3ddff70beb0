import type { IpAddress } from '@atoll/device/socket';
import type { IcmpReport } from '@atoll/icmp/report';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '@atoll/ipv4/packet';
import type { PathMtuCache } from '@atoll/path-mtu/cache';
import type { TcpHost } from '@atoll/tcp/host';
import type { UdpPorts } from '@atoll/udp/socket';

interface Listeners {
  readonly paths: PathMtuCache;
  readonly ports: UdpPorts;
  readonly tcp: TcpHost;
}

/** Tells those whom it may concern about an ICMP error, as far as it can be believed. */
export function reportTo(report: IcmpReport<IpAddress>, now: number, listeners: Listeners): void {
  const { paths, ports, tcp } = listeners;
  const { protocol, source, destination, sourcePort, destinationPort, length } = report;
  const isTooBig = report.kind === 'too-big';
  const lower = () => paths.lower(destination, report.mtu, length, ANY_LINK, now);
  if (protocol === PROTOCOL_TCP) {
    if (report.sequence === undefined) return;
    const believed = tcp.handleReport(
      {
        kind: isTooBig ? 'too-big' : report.isHard ? 'hard' : 'soft',
        local: source,
        remote: destination,
        localPort: sourcePort,
        remotePort: destinationPort,
        sequence: report.sequence,
        mtu: report.mtu,
      },
      now,
    );
    if (believed && isTooBig) lower();
  } else if (protocol === PROTOCOL_UDP && ports.handlerOf(sourcePort) !== undefined) {
    // Whoever knows our port may have seen the datagram; nothing more can be asked of UDP.
    if (isTooBig) lower();
    else {
      const to = { address: destination, port: destinationPort };
      ports.fail(sourcePort, to, report.isHard ? 'refused' : 'unreachable');
    }
  }
}

/** The link's own limit is looked at when a path is asked for. */
const ANY_LINK = 0xffff;
