import type { System } from '@atoll/appliance/appliance';
import type { NetworkDevice } from '@atoll/device/network';
import { macText } from '@atoll/ethernet/address';
import { ipv4Text, prefixText } from '@atoll/ipv4/address';
import { ipv6Text } from '@atoll/ipv6/address';
import type { Network } from '@atoll/network/network';
import type { Section } from './page.ts';
import { bytesText, countText, durationText } from './text.ts';

export function programSection(system: System): Section {
  const { program, clock, launchedAt } = system;
  const { used, size } = system.memory();
  return {
    title: 'Appliance',
    rows: [
      ['Version', program.version],
      ['Target', program.target],
      ['Image', program.image === '' ? 'unknown' : program.image],
      ['Running for', durationText(clock.monotonic() - launchedAt)],
      ['Memory', `${bytesText(used)} of ${bytesText(size)}`],
    ],
  };
}

export function addressSection({ interface: target, dns }: Network): Section {
  const title = 'Addresses';
  if (target === undefined) return { title, rows: [], empty: 'Those of the host.' };
  const { ipv4, ipv6, device } = target;
  const rows = [['Hardware', macText(device.mac)]];
  if (ipv4.prefix !== undefined) rows.push(['IPv4', prefixText(ipv4.prefix)]);
  for (const { address, prefixLength, state } of ipv6.addresses) {
    const remark = state === 'preferred' ? '' : ` (${state})`;
    rows.push(['IPv6', `${ipv6Text(address)}/${prefixLength}${remark}`]);
  }
  for (const server of dns.servers) {
    rows.push(['Name server', typeof server === 'number' ? ipv4Text(server) : ipv6Text(server)]);
  }
  return { title, rows };
}

export function trafficSection({ name, counters }: NetworkDevice): Section {
  const { receivedBytes, receivedFrames, sentBytes, sentFrames, droppedFrames } = counters;
  return {
    title: `Traffic of ${name}`,
    head: ['Direction', 'Bytes', 'Frames'],
    rows: [
      ['Received', bytesText(receivedBytes), countText(receivedFrames)],
      ['Sent', bytesText(sentBytes), countText(sentFrames)],
      ['Dropped', '', countText(droppedFrames)],
    ],
  };
}
