import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Running } from '../../src/process.ts';
import { lacks, skipped } from '../../src/requirements.ts';
import { guestConfiguration, smokeCommand, XenMachine } from '../../src/xen/machine.ts';
import { xenAbsence } from '../../src/xen/packages.ts';

const IMAGE = join(import.meta.dirname, '../../../../apps/echo/dist/echo.xen');
const ADDRESS = '10.77.0.2';

const configuration = (memory: number) =>
  guestConfiguration({
    name: 'guest',
    kernel: '/job/kernel',
    memory,
    words: [`--ipv4=${ADDRESS}/24`],
    macs: ['00:16:3e:00:00:02'],
  });

/** Waits, in dom0, until a command succeeds. */
const until = (command: string): string =>
  `for i in $(seq 60); do ${command} && exit 0; sleep 0.5; done > /dev/null 2>&1; exit 1`;
const ANSWERS = until(`ping -c 1 -W 2 ${ADDRESS}`);
const IS_GONE = until('! xl domid guest');

const cannotRun = lacks('root') || skipped(xenAbsence());

describe.skipIf(cannotRun)('an image in the place of dom0', () => {
  it.each(['echo', 'dnsvizor', 'pinata'])('says what it can be told: %s', async (app) => {
    const path = IMAGE.replaceAll('echo', app);
    const machine = new Running(smokeCommand(path, ['--help']));
    await machine.says(/^ {2}--version\r$/m, 60_000);
    await machine.stop();
    expect(machine.output).toContain(`${app}: `);
    expect(machine.output).not.toContain('atoll: ');
  });
});

describe.skipIf(cannotRun)('a guest of Xen', () => {
  let machine: XenMachine;
  beforeAll(async () => {
    machine = new XenMachine([
      { path: 'kernel', content: readFileSync(IMAGE) },
      { path: 'guest.cfg', content: configuration(32) },
      { path: 'small.cfg', content: configuration(16) },
    ]);
    await machine.start();
    await machine.succeed('ip addr add 10.77.0.1/24 dev xenbr0');
  });
  afterAll(() => machine.stop());

  const create = (file = 'guest') => machine.succeed(`xl create /job/${file}.cfg`);

  it('answers, is destroyed and created again, 20 times', async () => {
    for (let time = 0; time < 20; time++) {
      await create();
      await machine.succeed(ANSWERS);
      await machine.succeed('xl destroy guest');
    }
  }, 400_000);

  it('serves with 16 MiB', async () => {
    await create('small');
    await machine.succeed(ANSWERS);
    await machine.succeed('xl destroy guest');
  });

  it('switches itself off when it is asked to', async () => {
    await create();
    await machine.succeed(ANSWERS);
    await machine.succeed('xl shutdown guest');
    await machine.succeed(IS_GONE);
  });

  it('starts anew when it is asked to', async () => {
    await create();
    await machine.succeed(ANSWERS);
    const before = Number(await machine.succeed('xl domid guest'));
    await machine.succeed('xl reboot guest');
    await machine.succeed(until(`[ "$(xl domid guest)" -gt ${before} ]`));
    await machine.succeed(ANSWERS);
    await machine.succeed('xl destroy guest');
  });

  it('goes on after it was saved and restored', async () => {
    await create();
    await machine.succeed(ANSWERS);
    await machine.succeed('xl save guest /tmp/saved');
    await machine.succeed('xl restore /tmp/saved');
    await machine.succeed(ANSWERS);
    const console = await machine.succeed('cat /var/log/xen/guest-guest.log');
    expect(console).not.toContain('exit status');
    await machine.succeed('xl destroy guest');
  });
});
