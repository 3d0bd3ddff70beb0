import { loopbackPair } from '@atoll/device/loopback';
import { withZone } from '@atoll/ipv6/zone';
import { Logger } from '@atoll/log/log';
import { Random } from '@atoll/sim/random';
import { Stack } from '@atoll/stack/stack';
import { describe, expect, it } from 'vitest';
import { NameServers } from '../src/name-servers.ts';

const OURS = 0xc000_0202;
const ONE = 0xc000_0235;
const OTHER = (0x2001_0db8n << 96n) | 0x53n;
const NEIGHBOUR = (0xfe80n << 112n) | 0x53n;

/** What is known of DNS on the second of two interfaces. */
function setUp() {
  const lines: string[] = [];
  const log = new Logger((_, line) => lines.push(line));
  const stack = new Stack({ entropy: new Random(1), log });
  const [first, second] = loopbackPair();
  stack.attach({ device: first });
  const ipv4 = { address: OURS, length: 24 };
  const names = new NameServers(stack.attach({ device: second, ipv4, ipv6: 'link-local' }), log);
  let changes = 0;
  names.follow(() => changes++);
  return { names, lines, changes: () => changes };
}

describe('name servers', () => {
  it('are those of DHCP before those of DHCPv6, each once and none of them us', () => {
    const { names } = setUp();
    names.learn('dhcpv6', { servers: [OTHER], searchDomains: ['lan', 'example'] });
    names.learn('dhcp', { servers: [OURS, ONE, ONE], searchDomains: ['example'] });
    expect(names.configuration).toEqual({
      servers: [ONE, OTHER],
      searchDomains: ['example', 'lan'],
    });
  });

  it('are told of when they are others, and only then', () => {
    const { names, lines, changes } = setUp();
    names.learn('dhcp', { servers: [ONE], searchDomains: [] });
    names.learn('dhcp', { servers: [ONE, OURS], searchDomains: [] });
    names.refresh();
    expect(changes()).toBe(1);
    names.learn('dhcp', { servers: [ONE], searchDomains: ['lan'] });
    names.learn('dhcp', { servers: [], searchDomains: ['lan'] });
    expect(changes()).toBe(3);
    const said = lines.filter((line) => line.includes('name servers'));
    expect(said.map((line) => line.replace(/^info +/, ''))).toEqual([
      'name servers: 192.0.2.53',
      'name servers: none',
    ]);
  });

  it('on the link are asked on this one', () => {
    const { names } = setUp();
    names.learn('dhcpv6', { servers: [NEIGHBOUR, OTHER], searchDomains: [] });
    expect(names.configuration.servers).toEqual([withZone(NEIGHBOUR, 1), OTHER]);
  });
});
