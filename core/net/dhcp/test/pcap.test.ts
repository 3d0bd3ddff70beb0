import { existsSync, readFileSync } from 'node:fs';
import { expect as unwrap } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import { describeMessage, emitMessage, parseMessage } from '../src/packet.ts';
import { udpPayloads } from './pcap.ts';

const FOLDER = '../shared/data/charrua';

describe.each([
  ['dhcp.pcap', ['DHCPREQUEST', 'DHCPREQUEST', 'DHCPACK']],
  ['dhcp2.pcap', ['DHCPDISCOVER', 'DHCPOFFER', 'DHCPREQUEST', 'DHCPACK']],
])('the messages in %s', (name, types) => {
  const path = `${FOLDER}/${name}`;
  const absent = !existsSync(path);
  it.skipIf(absent)(
    `mean the same after parse and emit${absent ? ` (${path} is absent)` : ''}`,
    () => {
      const parsed = udpPayloads(new Uint8Array(readFileSync(path))).map((bytes) =>
        unwrap(parseMessage(bytes)),
      );
      expect(parsed.map((one) => describeMessage(one).split(' ')[0])).toEqual(types);
      for (const one of parsed) expect(unwrap(parseMessage(emitMessage(one)))).toEqual(one);
    },
  );
});
