import { ping } from '@atoll/testbed/client/ping';
import { onEach } from '@atoll/testbed/each';
import type { Host } from '@atoll/testbed/lan';
import { Lan } from '@atoll/testbed/lan';
import { skipped } from '@atoll/testbed/requirements';
import { Server } from '@atoll/testbed/server';
import { imagesOf } from '@atoll/testbed/target/images';
import { dnsmasq } from '@atoll/testbed/target/peers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL, CLIENT, SERVER } from './bed.ts';

/** Clients shall renew (option 58) after three seconds: dnsmasq wants them to wait for that long. */
const DHCP = ['--dhcp-range=10.0.0.100,10.0.0.109,2m', '--dhcp-option=58,3'];

for (const [name, from] of Object.entries({ dnsmasq, dnsvizor: imagesOf('dnsvizor').unix })) {
  describe.skipIf(skipped(from.absence()))(`an address from ${name}`, () => {
    onEach(ALL, ['ping'], (target) => {
      let lan: Lan;
      let client: Host;
      let dhcp: Server;
      let echo: Server;
      beforeEach(async () => {
        lan = new Lan();
        client = lan.host('client', `${CLIENT}/24`);
        echo = new Server(lan, target, { address: `${SERVER}/24` });
        dhcp = new Server(lan, from, { address: '10.0.0.1/24', words: DHCP });
        await dhcp.start(client);
      });
      afterEach(async () => {
        await echo.stop();
        await dhcp.stop();
        lan.remove();
      });

      it('is asked for, used and renewed', async () => {
        const program = echo.launch({ words: ['--ipv4=dhcp'] });
        const bound = /bound (10\.0\.0\.10\d)\/24 by 10\.0\.0\.1\b/;
        const [, address] = await program.says(bound, 20_000);
        expect(await ping(client, address)).toBe(3);
        await program.says(new RegExp(`renewed ${address}/24`), 20_000);
        expect(await ping(client, address)).toBe(3);
      });
    });
  });
}
