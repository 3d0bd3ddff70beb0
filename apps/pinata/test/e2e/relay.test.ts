import { Hold } from '@atoll/testbed/client/hold';
import { onEach } from '@atoll/testbed/each';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hvt, microvm, node, PinataBed, SECRET, SERVER, spt, unix, xen } from './bed.ts';

/** An emulated processor takes its time. */
const PATIENCE = ['--max-time', '30'];

onEach([node, unix, spt, microvm, hvt, xen], ['openssl', 'curl'], (target) => {
  let bed: PinataBed;
  beforeAll(() => {
    bed = new PinataBed(target);
    return bed.start();
  });
  afterAll(() => bed.stop());

  it('opens for itself, through one in the middle who reads nothing', async () => {
    const { status, stdout, stderr } = await bed.atoll('pinata', 'relay', SERVER);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.match(/Both opened/g)).toHaveLength(2);
    expect(stdout).toMatch(/client -> server +\d+ bytes {2}ClientHello, in the clear/);
    // After the two hellos, all is encrypted.
    expect(stdout.match(/, in the clear/g)).toHaveLength(4);
    expect(stdout).not.toContain(SECRET);
    const { ports } = await bed.status();
    expect(ports).toMatchObject({
      10000: { opened: 2 },
      10001: { opened: 1 },
      10002: { opened: 1 },
    });
  });

  it('refuses a client without a certificate', async () => {
    const alert = /alert certificate required.*SSL alert number 116/;
    const command = ['openssl', 's_client', '-connect', `${SERVER}:10000`];
    const openssl = bed.client.start(command, { keepInput: true });
    await openssl.says(alert, 30_000);
    await openssl.stop();
    expect(openssl.output).not.toContain(SECRET);
  });

  it('shows its page over TLS, and what happened', async () => {
    const page = ['curl', '-sSf', ...PATIENCE, '--cacert', bed.authority, `https://${SERVER}/`];
    const text = await bed.client.succeed(page);
    expect(text).toContain('<h1>Pinata</h1>');
    expect(text).toContain('certificate_required: the client has no certificate');
    expect(text).toContain('<b>Peer:</b> ClientHello');
    expect(await bed.get('/', ...PATIENCE)).toContain('-----BEGIN CERTIFICATE-----');
  });

  it('opens while hundreds of others are silent', async () => {
    const hold = await Hold.start(bed.client, SERVER, { connections: 300, port: 10_000 });
    const { status, stdout } = await bed.atoll('pinata', 'relay', SERVER, '--through=10002');
    await hold.stop();
    expect([status, stdout.match(/Both opened/g)?.length]).toEqual([0, 1]);
    expect(bed.server.alive).toBe(true);
  });
});
