import { readFileSync } from 'node:fs';
import { Bed, NETWORK } from '@atoll/testbed/bed';
import { dataOf, dig } from '@atoll/testbed/client/dig';
import { ping } from '@atoll/testbed/client/ping';
import type { Target } from '@atoll/testbed/target';
import { dnsmasq } from '@atoll/testbed/target/peers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hvt, OURS, onEach, plain, q35, ring, spt, unix } from './targets.ts';
import { ZONE } from './zone.ts';

const SERVICE = { domain: 'lan', words: ['--host-record=router.lan,10.0.0.1'] };

let bed: Bed;

function withBed(target: Target): void {
  beforeEach(() => {
    bed = new Bed(target, SERVICE, ZONE);
  });
  afterEach(() => bed.stop());
}

async function expectService(): Promise<void> {
  const local = await dig(bed.client, NETWORK.server, 'router.lan');
  expect(dataOf(local.answer, 'A')).toEqual(['10.0.0.1']);
  const forwarded = await dig(bed.client, NETWORK.server, 'www.example');
  expect(dataOf(forwarded.answer, 'A')).toEqual(['192.0.2.1']);
}

describe('the network', () => {
  onEach([dnsmasq, ...OURS, ring, q35, plain], ['dig', 'ping'], (target) => {
    withBed(target);

    it('serves names, answers ping, and puts fragments together', async () => {
      await bed.start();
      await expectService();
      expect(await ping(bed.client, NETWORK.server)).toBe(3);
      expect(await ping(bed.client, NETWORK.server, { size: 4000 })).toBe(3);
    });
  });
});

describe('starting', () => {
  onEach(OURS, ['dig'], (target) => {
    withBed(target);

    it('serves again after it was stopped and started', async () => {
      await bed.start();
      await bed.server.stop();
      await bed.server.start(bed.client);
      await expectService();
    });

    it('prints its arguments for --help', async () => {
      const { status, console } = await bed.server.runToEnd({ words: ['--help'] });
      expect(console).toMatch(/--ipv4=ADDRESS\/PREFIX/);
      expect(console).toMatch(/--dhcp-range=/);
      expect(status).toBe(0);
    });

    it('refuses an unknown argument and names the nearest', async () => {
      const { status, console } = await bed.server.runToEnd({ words: ['--dhcp-rnage=x'] });
      expect(console).toMatch(/--dhcp-rnage/);
      expect(console).toMatch(/--dhcp-range/);
      expect(status).toBe(64);
    });

    it('refuses a bad value and says what was expected', async () => {
      const { status, console } = await bed.server.runToEnd({ words: ['--ipv4=10.0.0.256/24'] });
      expect(console).toMatch(/10\.0\.0\.256\/24/);
      expect(console).toMatch(/expected an IPv4 address/);
      expect(status).toBe(64);
    });

    it('refuses arguments that do not fit together', async () => {
      const words = ['--ipv4=10.0.0.2/24', '--dhcp-range=192.168.1.10,192.168.1.20'];
      const { status, console } = await bed.server.runToEnd({ words });
      expect(console).toMatch(/--dhcp-range/);
      expect(status).toBe(64);
    });
  });
});

describe('memory', () => {
  onEach([unix, hvt, spt], ['dig'], (target) => {
    withBed(target);

    it('serves with 16 MiB', async () => {
      await bed.start({ memory: 16 });
      await expectService();
    });
  });

  onEach([hvt, spt], [], (target) => {
    withBed(target);

    it('says so when there is too little', async () => {
      const { status, console } = await bed.server.runToEnd({ memory: 8 });
      expect(console).toMatch(/^atoll: less than 10 MiB of memory/);
      expect(status).toBe(69);
    });
  });
});

describe('confinement', () => {
  onEach([unix], ['dig'], (target) => {
    withBed(target);

    it('touches no more memory than it was given', async () => {
      await bed.start({ memory: 16 });
      await expectService();
      expect(bed.server.memory()).toBeLessThan(16 * 1024);
    });

    it('filters system calls and has no privileges left', async () => {
      await bed.start();
      const { server } = bed;
      expect(server.status('Seccomp')).toBe('2');
      expect(server.status('NoNewPrivs')).toBe('1');
      expect(server.status('CapEff')).toBe('0000000000000000');
      expect(server.status('CapPrm')).toBe('0000000000000000');
      expect(server.status('Uid')?.split('\t')).not.toContain('0');
      expect(server.status('Gid')?.split('\t')).not.toContain('0');
    });

    it('has no memory that is both writable and executable', async () => {
      await bed.start();
      const maps = readFileSync(`/proc/${bed.server.pid}/maps`, 'latin1');
      expect(maps).toMatch(/r-xp/);
      expect(maps).not.toMatch(/ .wx/);
    });
  });
});
