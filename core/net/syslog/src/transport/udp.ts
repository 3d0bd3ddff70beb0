import { Misconfiguration } from '@atoll/appliance/appliance';
import type { Surroundings, Transport } from './transport.ts';

/**
 * Messages as datagrams (RFC 5426): what is lost is lost. They fit into what every IPv6 link carries, and every
 * collector takes.
 */
export const udpTransport: Transport = {
  scheme: 'udp',
  port: 514,
  longest: 1180,
  frame: (message) => message,
  prepare({ sockets }: Surroundings) {
    const socket = sockets.udp.bind(0, () => {});
    if (socket === undefined) throw new Misconfiguration('--syslog: there is no free UDP port');
    return (to, { onReady }) => {
      onReady();
      return {
        send(message) {
          socket.send(message, to);
          return true;
        },
      };
    };
  },
};
