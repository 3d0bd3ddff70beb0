import { Bed, NETWORK } from '@atoll/testbed/bed';
import { dig } from '@atoll/testbed/client/dig';
import { Rsyslog } from '@atoll/testbed/client/rsyslog';
import { eventually } from '@atoll/testbed/poll';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OURS, onEach } from './targets.ts';
import { ZONE } from './zone.ts';

const WORDS = [
  '--host-record=router.lan,10.0.0.1',
  '--address=/ads.example/',
  '--dhcp-range=10.0.0.100,10.0.0.199,1h',
  '--metrics=9100',
  `--syslog=udp://${NETWORK.client}`,
];

onEach(OURS, ['curl', 'dig', 'promtool', 'rsyslogd'], (target) => {
  let bed: Bed;
  let rsyslog: Rsyslog;
  beforeAll(async () => {
    bed = new Bed(target, { words: WORDS }, ZONE);
    rsyslog = new Rsyslog(bed.client);
    await rsyslog.start();
    await bed.start();
  });
  afterAll(async () => {
    await bed.stop();
    await rsyslog.remove();
  });

  const get = async (path: string): Promise<string> => {
    const url = `http://${NETWORK.server}:9100${path}`;
    const { stdout } = await bed.client.run(['curl', '-sS', url]);
    return stdout;
  };
  const sample = async (name: string): Promise<number> => {
    const text = await get('/metrics');
    const line = text.split('\n').find((one) => one.startsWith(`${name} `));
    return Number(line?.slice(name.length));
  };

  it("has metrics without a complaint of Prometheus's own", async () => {
    const check = `curl -sS http://${NETWORK.server}:9100/metrics | promtool check metrics`;
    const { status, stdout, stderr } = await bed.client.run(['sh', '-c', check]);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('counts queries, whoever answers them', async () => {
    const before = await sample('atoll_dns_queries_total');
    for (let count = 0; count < 5; count++)
      await dig(bed.client, NETWORK.server, 'router.lan', 'A');
    await dig(bed.client, NETWORK.server, 'x.ads.example', 'A');
    // Linux may send one again when an emulated processor takes its time.
    expect(await sample('atoll_dns_queries_total')).toBeGreaterThanOrEqual(before + 6);
    expect(await sample('atoll_dns_blocked_total')).toBeGreaterThanOrEqual(1);
    const local = await sample('atoll_dns_answers_total{from="local"}');
    expect(local + (await sample('atoll_dns_answers_total{from="kept"}'))).toBeGreaterThanOrEqual(
      6,
    );
    expect(await get('/')).toMatch(/<th scope="row">Blocked<\/th><td>[1-9]/);
  });

  it('sends what it logs to a collector', async () => {
    const sentence = 'leases 10.0.0.100 to 10.0.0.199 for 3600 s';
    const came = async () => rsyslog.received().find(({ text }) => text === sentence);
    expect(await eventually(came)).toMatchObject({
      ...{ input: 'udp', application: 'dnsvizor', messageId: 'dhcp', severity: 'info' },
      hostname: NETWORK.server,
    });
    expect(await sample('atoll_syslog_lost_total')).toBe(0);
  });
});
