import { describe, expect, it } from 'vitest';
import { parseNodeOptions } from '../src/options.ts';

describe('parseNodeOptions', () => {
  it('takes devices before -- and leaves the rest to the appliance', () => {
    const words = [
      ...['--net:service=tap0', '--net-mac:service=02:00:00:00:00:01'],
      ...['--block:storage=disk.img', '--block-sector-size:storage=4096', '--', '--net:x=y'],
    ];
    const result = parseNodeOptions(words);
    expect(result.ok && result.value).toEqual({
      taps: new Map([['service', 'tap0']]),
      macs: new Map([['service', '02:00:00:00:00:01']]),
      disks: new Map([['storage', 'disk.img']]),
      sectorSizes: new Map([['storage', 4096]]),
      udp: new Map(),
      tcp: new Map(),
      bootArguments: ['--net:x=y'],
    });
  });

  it('maps ports to host sockets', () => {
    const result = parseNodeOptions(['--udp:53=127.0.0.1:5353']);
    expect(result.ok && result.value.udp.get(53)).toEqual({ address: '127.0.0.1', port: 5353 });
    const ipv6 = parseNodeOptions(['--tcp:53=[::1]:5353']);
    expect(ipv6.ok && ipv6.value.tcp.get(53)).toEqual({ address: '::1', port: 5353 });
    const zoned = parseNodeOptions(['--udp:53=[fe80::1%eth0]:5353']);
    const endpoint = { address: 'fe80::1%eth0', port: 5353 };
    expect(zoned.ok && zoned.value.udp.get(53)).toEqual(endpoint);
  });

  it.each([
    ['--nte:service=tap0', 'cannot use "--nte:service=tap0"\n  expected --net:NAME=TAP'],
    ['--udp:53=5353', 'cannot use "--udp:53=5353"\n  expected --udp:PORT=ADDRESS:PORT'],
    [
      '--udp:dns=127.0.0.1:1',
      'cannot use "--udp:dns=127.0.0.1:1"\n  expected --udp:PORT=ADDRESS:PORT',
    ],
    [
      '--block-sector-size:storage=100',
      'cannot use "--block-sector-size:storage=100"\n  expected --block-sector-size:NAME=N',
    ],
    [
      '--ipv4=10.0.0.2/24',
      'cannot use "--ipv4=10.0.0.2/24"\n  expected --net:NAME=TAP, --net-mac:NAME=MAC, --block:NAME=FILE, --block-sector-size:NAME=N, --udp:PORT=ADDRESS:PORT, --tcp:PORT=ADDRESS:PORT, then -- and the boot arguments',
    ],
  ])('refuses %s', (word, reason) => {
    const result = parseNodeOptions([word]);
    expect(result.ok ? '' : result.error.reason).toBe(reason);
  });
});
