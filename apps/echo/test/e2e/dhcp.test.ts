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
const RANGE = ['--dhcp-range=10.0.0.100,10.0.0.109,2m', '--dhcp-option=58,3'];

/** What the appliance is offered first. */
const RESERVED = '10.0.0.120';

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
        const words = [...RANGE, `--dhcp-host=${echo.mac},${RESERVED}`];
        dhcp = new Server(lan, from, { address: '10.0.0.1/24', words });
        await dhcp.start(client);
      });
      afterEach(async () => {
        await echo.stop();
        await dhcp.stop();
        lan.remove();
      });

      it('is asked for, used and renewed', async () => {
        const program = echo.launch({ words: ['--ipv4=dhcp'] });
        await program.says(new RegExp(`bound ${RESERVED}/24 by 10\\.0\\.0\\.1\\b`), 20_000);
        expect(await ping(client, RESERVED)).toBe(3);
        await program.says(new RegExp(`renewed ${RESERVED}/24`), 20_000);
        expect(await ping(client, RESERVED)).toBe(3);
      });

      it('is declined when Linux has it, which notices nothing', async () => {
        client.configure(`address add ${RESERVED}/24 dev eth0`);
        const program = echo.launch({ words: ['--ipv4=dhcp'] });
        await program.says(new RegExp(`${RESERVED} is in use by ${client.mac}`), 20_000);
        // The next request comes ten seconds later.
        const [, address] = await program.says(/bound (10\.0\.0\.10\d)\/24 by/, 30_000);
        expect(await ping(client, address)).toBe(3);
      });
    });
  });
}

onEach(ALL, ['ping'], (target) => {
  it('says that Linux has the address of the arguments', async () => {
    const lan = new Lan();
    const client = lan.host('client', `${CLIENT}/24`);
    const echo = new Server(lan, target, { address: `${CLIENT}/24` });
    try {
      const program = echo.launch({ words: [`--ipv4=${CLIENT}/24`] });
      await program.says(new RegExp(`${client.mac} claims our address ${CLIENT}`), 20_000);
    } finally {
      await echo.stop();
      lan.remove();
    }
  });
});
