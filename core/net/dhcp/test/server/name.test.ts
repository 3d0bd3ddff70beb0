/** Names of leases, and the client FQDN option (RFC 4702). */
import { describe, expect, it } from 'vitest';
import { OPTION } from '../../src/option.ts';
import type { DhcpServer } from '../../src/server/engine.ts';
import { fqdnReply, hostLabel } from '../../src/server/hostname.ts';
import {
  ascii,
  EVERYBODY,
  hostname,
  lease,
  message,
  reply,
  SERVER,
  server,
  T,
} from '../support.ts';

const fqdn = (flags: number, name: string): [number, Uint8Array] => [
  OPTION.CLIENT_FQDN,
  Uint8Array.of(flags, 0, 0, ...ascii(name)),
];

function leaseNames(dhcp: DhcpServer): string[] {
  return dhcp.exportLeases(0, 0).map(({ name }) => name);
}

function nameOf(...options: [number, Uint8Array][]): string {
  const dhcp = server();
  lease(dhcp, 1, 0, { options });
  return leaseNames(dhcp)[0];
}

describe('a host name', () => {
  it.each([
    ['Laptop', 'laptop'],
    ['pc.example.org', 'pc'],
    ["Ann's iPhone (2)", 'anns-iphone-2'],
    ['a_b__c', 'a-b-c'],
    ['--x--', 'x'],
    ['\0', ''],
    ['.lan', ''],
    ['日本', ''],
    ['x'.repeat(70), 'x'.repeat(63)],
    [`-${'x'.repeat(70)}`, 'x'.repeat(63)],
    [`${'x'.repeat(62)}-y`, 'x'.repeat(62)],
  ])('%j becomes %j', (given, expected) => {
    expect(hostLabel(given)).toBe(expected);
  });

  it.each<[string, [number, Uint8Array][], string]>([
    ['option 12', [hostname('pc')], 'pc'],
    ['option 81 in wire format', [fqdn(4, '\x02pc\x03lan\x00')], 'pc'],
    ['option 81 in wire format without an end', [fqdn(4, '\x02pc')], 'pc'],
    ['option 81 in ASCII', [fqdn(0, 'pc.lan')], 'pc'],
    ['option 81 rather than 12', [hostname('old'), fqdn(4, '\x03new\x00')], 'new'],
    ['option 12 if 81 is empty', [hostname('pc'), fqdn(5, '')], 'pc'],
    ['option 12 if 81 is cut off', [hostname('pc'), fqdn(4, '\x09new')], 'pc'],
    ['nothing', [], ''],
  ])('is taken from %s', (_, options, expected) => {
    expect(nameOf(...options)).toBe(expected);
  });

  it('of the configuration stands above what the client claims', () => {
    const dhcp = server({ hosts: ['02:00:00:00:00:01,printer'] });
    const ack = lease(dhcp, 1, 0, { options: [hostname('pc')] });
    expect(leaseNames(dhcp)).toEqual(['printer']);
    expect(ack.options.get(OPTION.HOSTNAME)).toEqual(ascii('printer'));
  });

  it.each(['localhost', 'wpad', 'ISATAP', 'printer'])('%s is not for everybody', (name) => {
    const dhcp = server({ hosts: ['02:00:00:00:00:09,printer'] });
    lease(dhcp, 1, 0, { options: [hostname(name)] });
    expect(leaseNames(dhcp)).toEqual(['']);
  });

  it('is not given twice, but again when it is free', () => {
    const dhcp = server();
    const options = [hostname('pc')];
    const first = lease(dhcp, 1, 0, { options });
    const second = lease(dhcp, 2, 0, { options });
    expect(leaseNames(dhcp)).toEqual(['pc', '']);
    expect(second.options.has(OPTION.HOSTNAME)).toBe(false);
    dhcp.handle(message(T.RELEASE, 1, { ciaddr: first.yiaddr }), SERVER, 1);
    const renewal = message(T.REQUEST, 2, { ciaddr: second.yiaddr, options });
    expect(dhcp.handle(renewal, SERVER, 2).events).toMatchObject([
      { kind: 'removed', address: second.yiaddr, name: '' },
      { kind: 'added', address: second.yiaddr, name: 'pc' },
    ]);
  });

  it('stays when the client renews without saying it again', () => {
    const dhcp = server();
    const { yiaddr } = lease(dhcp, 1, 0, { options: [hostname('pc')] });
    const output = dhcp.handle(message(T.REQUEST, 1, { ciaddr: yiaddr }), SERVER, 1);
    expect(output.events).toMatchObject([{ kind: 'renewed', name: 'pc' }]);
  });

  it('changes when the client claims another one', () => {
    const dhcp = server();
    const { yiaddr } = lease(dhcp, 1, 0, { options: [hostname('pc')] });
    const renewal = message(T.REQUEST, 1, { ciaddr: yiaddr, options: [hostname('mac')] });
    expect(dhcp.handle(renewal, SERVER, 1).events.map(({ kind, name }) => [kind, name])).toEqual([
      ['removed', 'pc'],
      ['added', 'mac'],
    ]);
    expect(dhcp.handleTimeout(1e9).events).toMatchObject([{ kind: 'removed', name: 'mac' }]);
  });
});

describe('the client FQDN option of a reply', () => {
  it.each([
    [
      'E and S: as asked, in wire format',
      0x05,
      'pc',
      'lan',
      [0x05, 255, 255, ...ascii('\x02pc\x03lan\x00')],
    ],
    ['E without S: overridden', 0x04, 'pc', 'lan', [0x07, 255, 255, ...ascii('\x02pc\x03lan\x00')]],
    ['ASCII', 0x01, 'pc', 'lan', [0x01, 255, 255, ...ascii('pc.lan')]],
    [
      'N: overridden, nobody else updates',
      0x0c,
      'pc',
      'lan',
      [0x07, 255, 255, ...ascii('\x02pc\x03lan\x00')],
    ],
    ['no domain: a partial name', 0x05, 'pc', undefined, [0x05, 255, 255, ...ascii('\x02pc')]],
    ['no name', 0x05, '', 'lan', [0x05, 255, 255]],
  ])('%s', (_, flags, name, domain, expected) => {
    expect([...fqdnReply(Uint8Array.of(flags, 0, 0), name, domain)]).toEqual(expected);
  });

  it('is there only if the client sent one', () => {
    const given = message(T.DISCOVER, 1, { options: [fqdn(0x05, '\x02pc\x00')] });
    const offer = reply(server({ domain: 'lan' }).handle(given, EVERYBODY, 0));
    expect(offer.options.get(OPTION.CLIENT_FQDN)).toEqual(
      Uint8Array.of(0x05, 255, 255, ...ascii('\x02pc\x03lan\x00')),
    );
    const plain = reply(server().handle(message(T.DISCOVER, 1), EVERYBODY, 0));
    expect(plain.options.has(OPTION.CLIENT_FQDN)).toBe(false);
  });
});
