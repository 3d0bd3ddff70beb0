import { exchange } from '@atoll/testbed/client/tcp';
import { onEach } from '@atoll/testbed/each';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL, EchoBed, ring, SERVER, spt } from './bed.ts';

onEach([...ALL, ring, spt], ['curl', 'promtool'], (target) => {
  let bed: EchoBed;
  beforeAll(() => {
    bed = new EchoBed(target, ['--metrics=9100']);
    return bed.start();
  });
  afterAll(() => bed.stop());

  const get = async (path: string, ...options: string[]): Promise<string> => {
    const url = `http://${SERVER}:9100${path}`;
    const { stdout } = await bed.client.run(['curl', '-sS', ...options, url]);
    return stdout;
  };

  it('says where the status page is', () => {
    expect(bed.server.console).toMatch(/status: .* TCP port 9100, for everybody/);
  });

  it("has metrics without a complaint of Prometheus's own", async () => {
    await exchange(bed.client, SERVER, { bytes: 100_000 });
    const check = `curl -sS http://${SERVER}:9100/metrics | promtool check metrics`;
    const { status, stdout, stderr } = await bed.client.run(['sh', '-c', check]);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });

    const text = await get('/metrics');
    const sampleOf = (sample: string) => {
      const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
      return Number(line?.slice(sample.length));
    };
    expect(sampleOf('atoll_network_receive_bytes_total{device="service"}')).toBeGreaterThan(
      100_000,
    );
    expect(sampleOf('atoll_network_transmit_bytes_total{device="service"}')).toBeGreaterThan(
      100_000,
    );
    expect(sampleOf('atoll_tcp_passive_opens_total')).toBeGreaterThan(2);
    expect(sampleOf('atoll_udp_received_total')).toBeGreaterThan(0);
    expect(sampleOf('atoll_arp_received_total')).toBeGreaterThan(0);
    expect(sampleOf('atoll_memory_used_bytes')).toBeGreaterThan(100_000);
    expect(text).toMatch(/^atoll_build_info\{name="echo",.*,image="[0-9a-f]{64}"\} 1$/m);
  });

  it('speaks OpenMetrics with who wants it', async () => {
    const accept = 'accept: application/openmetrics-text;version=1.0.0';
    expect(await get('/metrics', '-H', accept)).toMatch(/# EOF\n$/);
  });

  describe('the page', () => {
    it('needs nothing but itself', async () => {
      const page = await get('/', '-i');
      expect(page).toMatch(/^HTTP\/1\.1 200 /);
      expect(page).toMatch(/^content-security-policy: default-src 'none'; style-src 'sha256-/m);
      const [, html] = page.split('\r\n\r\n');
      expect(html).not.toMatch(/<(script|img|link|iframe|object)\b|https?:|\/\/|url\(/);
      expect(html).toContain(`<tr><th scope="row">IPv4</th><td>${SERVER}/24</td></tr>`);
      expect(html).toMatch(/<\/html>\n$/);
    });

    it('is no other', async () => {
      expect(await get('/nothing', '-i')).toMatch(/^HTTP\/1\.1 404 /);
      expect(await get('/', '-i', '-X', 'POST')).toMatch(/^HTTP\/1\.1 405 /);
    });
  });
});

onEach(ALL, ['curl'], (target) => {
  it('has no status page unless it is asked to', async () => {
    const bed = new EchoBed(target);
    try {
      await bed.start();
      const { status } = await bed.client.run(['curl', '-sS', `http://${SERVER}:9100/`]);
      // "Failed to connect".
      expect(status).toBe(7);
    } finally {
      await bed.stop();
    }
  });
});
