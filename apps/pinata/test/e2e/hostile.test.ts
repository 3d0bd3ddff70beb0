import { join } from 'node:path';
import { onEach } from '@atoll/testbed/each';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { node, PinataBed, SERVER, unix } from './bed.ts';

const SLOW_READER = join(import.meta.dirname, 'agent/slow-reader.ts');
const CONNECTIONS = 20;
const STREAMS = 100;

onEach([node, unix], ['curl', 'openssl'], (target) => {
  let bed: PinataBed;
  beforeAll(() => {
    bed = new PinataBed(target);
    return bed.start();
  });
  afterAll(() => bed.stop());

  it('serves others while thousands of pages are not read', async () => {
    // Handshakes that fill the page.
    const sni = `${'a'.repeat(60)}.${'b'.repeat(60)}.example`;
    const attempt = `openssl s_client -connect ${SERVER}:10000 -servername ${sni} < /dev/null`;
    await bed.client.run(['sh', '-c', `for i in $(seq 16); do ${attempt}; done`]);
    const page = await bed.get('/');
    expect(page.length * CONNECTIONS * STREAMS).toBeGreaterThan(32 * 2 ** 20);
    const words = ['--import', 'tsx', SLOW_READER, SERVER, String(CONNECTIONS), String(STREAMS)];
    const reader = bed.client.start([process.execPath, ...words], { keepInput: true });
    await reader.says(/open/, 60_000);
    expect(await bed.get('/')).toContain('<h1>Pinata</h1>');
    expect(await bed.get('/pinata.json')).toContain('"ports"');
    await reader.stop();
    expect(bed.server.alive).toBe(true);
    expect(await bed.get('/')).toContain('<h1>Pinata</h1>');
  });
});
