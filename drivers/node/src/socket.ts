import { createSocket } from 'node:dgram';
import type { IpAddress, UdpSockets } from '@atoll/device/socket';
import { ipv4Text, parseIpv4 } from '@atoll/ipv4/address';
import { expect } from '@atoll/result/result';
import type { HostEndpoint } from './options.ts';

/**
 * The host's UDP sockets. A port of the appliance is bound where `ports` says, else on 127.0.0.1 when
 * it serves, and on any free port when the appliance asks for port 0. `woken` runs after each
 * datagram; `failed` when a port cannot be had.
 */
export function hostSockets(
  ports: ReadonlyMap<number, HostEndpoint>,
  woken: () => void,
  failed: (reason: string) => void,
): UdpSockets {
  return {
    bind(port, handler) {
      const { address, port: hostPort } =
        port === 0
          ? { address: '0.0.0.0', port: 0 }
          : (ports.get(port) ?? { address: '127.0.0.1', port });
      const socket = createSocket('udp4');
      socket.on('message', (payload, from) => {
        const source = { address: expect(parseIpv4(from.address)), port: from.port };
        handler(payload, source, { address: expect(parseIpv4(address)), port });
        woken();
      });
      socket.on('error', (error) => failed(`UDP ${address}:${hostPort}: ${error.message}`));
      socket.bind(hostPort, address);
      let open = true;
      return {
        port,
        send(payload, to) {
          // Sending happens later than this call, when the view may hold something else.
          if (open) socket.send(payload.slice(), to.port, addressText(to.address));
        },
        close() {
          if (open) socket.close();
          open = false;
        },
      };
    },
  };
}

function addressText(address: IpAddress): string {
  if (typeof address === 'bigint') throw new RangeError('host sockets are IPv4 sockets');
  return ipv4Text(address);
}
