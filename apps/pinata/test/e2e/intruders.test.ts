import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onEach } from '@atoll/testbed/each';
import type { Host } from '@atoll/testbed/lan';
import { eventually } from '@atoll/testbed/poll';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { node, PinataBed, SECRET, SERVER, unix } from './bed.ts';
import { certificateOf } from './browser.ts';
import type { Papers } from './papers.ts';
import { PapersMaker, words } from './papers.ts';

/** What somebody shows, and the number of the alert that it gets (RFC 8446, 6). */
const INTRUDERS: readonly (readonly [
  what: string,
  papers: (maker: PapersMaker, root: string) => Papers,
  alert: number,
])[] = [
  ['a certificate that signed itself', (maker) => maker.selfSigned(), 48],
  ['one of an authority with the same name', (maker) => maker.namesake(), 42],
  ['a forged chain', (maker, root) => maker.forgedChain(root), 42],
];

onEach([node, unix], ['openssl', 'curl', 'nc'], (target) => {
  let bed: PinataBed;
  let maker: PapersMaker;
  beforeAll(() => {
    bed = new PinataBed(target);
    maker = new PapersMaker(bed.lan.folder);
    return bed.start();
  });
  afterAll(async () => {
    const { ports } = await bed.status();
    await bed.stop();
    for (const { opened } of Object.values(ports)) expect(opened).toBe(0);
  });

  /** What `openssl s_client` says until an alert comes. */
  async function connect(port: number, ...options: string[]): Promise<[number, string]> {
    const command = ['openssl', 's_client', '-connect', `${SERVER}:${port}`, ...options];
    const openssl = bed.client.start(command, { keepInput: true });
    const [, number] = await openssl.says(/SSL alert number (\d+)/);
    await openssl.stop();
    return [Number(number), openssl.output];
  }

  /** What `openssl s_server` on port 40001 says until an alert comes. */
  async function beCalled(host: Host, options: readonly string[]): Promise<[number, string]> {
    const command = ['openssl', 's_server', '-accept', '40001', ...options];
    const openssl = host.start(command, { keepInput: true });
    await openssl.says(/ACCEPT/);
    await host.run(['nc', '-w', '1', SERVER, '10001']);
    const [, number] = await openssl.says(/SSL alert number (\d+)/);
    await openssl.stop();
    return [Number(number), openssl.output];
  }

  /** The certificate that the bait shows as a server, in a file. */
  async function certificateOfServer(): Promise<string> {
    const file = join(bed.lan.folder, 'server.pem');
    writeFileSync(file, await certificateOf(bed.client, `${SERVER}:10000`));
    return file;
  }

  describe('as a server', () => {
    it.each(INTRUDERS)('refuses %s', async (_, papers, alert) => {
      const [number, output] = await connect(10_000, ...words(papers(maker, bed.authority)));
      expect(number).toBe(alert);
      expect(output).not.toContain(SECRET);
      const { visits } = await bed.status();
      expect(visits[0]).toMatchObject({ port: 10_000, outcome: 'refused' });
      expect(visits[0].lines.at(-1)).toMatch(/^< Certificate \d+ bytes/);
    });

    it('refuses its own certificate: it is for the other role, before anybody asks for the key', async () => {
      const own = maker.selfSigned();
      const client = bed.startAtoll(
        ...['tls', 's_client', `${SERVER}:10000`, '--CAfile', bed.authority],
        ...['--servername=server.pinata.internal', '--cert', await certificateOfServer()],
        ...['--key', own.key],
      );
      await client.says(/unsupported_certificate/);
      await client.stop();
      expect(client.output).not.toContain(SECRET);
    });

    it('resumes nothing: a ticket of the page is none here, nor is one of an earlier boot', async () => {
      const file = join(bed.lan.folder, 'session');
      const page = ['openssl', 's_client', '-connect', `${SERVER}:443`];
      const first = bed.client.start([...page, '-sess_out', file], { keepInput: true });
      expect(await eventually(() => existsSync(file))).toBe(true);
      await first.stop();
      const again = await bed.client.run([...page, '-sess_in', file]);
      expect(again.stdout).toContain('Reused, TLSv1.3');
      const [number, output] = await connect(10_000, '-sess_in', file);
      expect(number).toBe(116);
      expect(output).toContain('New, TLSv1.3');
      await bed.server.stop();
      await bed.start();
      const rebooted = await bed.client.run([...page, '-sess_in', file]);
      expect(rebooted.stdout).toContain('New, TLSv1.3');
    });

    it('speaks no older version', async () => {
      expect((await connect(10_000, '-tls1_2'))[0]).toBe(70);
    });
  });

  describe('as a client that was called', () => {
    it.each(INTRUDERS)('refuses %s', async (_, papers, alert) => {
      const options = ['-Verify', '1', '-CAfile', bed.authority, '-verify_return_error'];
      const [number, output] = await beCalled(bed.newHost(), [
        ...words(papers(maker, bed.authority)),
        ...options,
      ]);
      expect(number).toBe(alert);
      expect(output).not.toContain(SECRET);
      const { visits } = await bed.status();
      expect(visits[0]).toMatchObject({ port: 10_001, outcome: 'refused' });
    });

    it('does not call who calls too often, nor for ever where nobody is', async () => {
      const { declined, ports } = await bed.status();
      const caller = bed.newHost();
      const script = `for i in $(seq 20); do nc -w 1 ${SERVER} 10001 < /dev/null; done`;
      await caller.run(['sh', '-c', script]);
      const now = await bed.status();
      expect(now.ports[10_001].connections - ports[10_001].connections).toBe(20);
      // Five are likely, as the bucket fills while it is emptied.
      expect(now.declined - declined).toBeGreaterThanOrEqual(12);
      expect(now.ports[10_001].left - ports[10_001].left).toBeGreaterThanOrEqual(4);
    });
  });
});
