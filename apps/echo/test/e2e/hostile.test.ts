import { Random } from '@atoll/sim/random';
import { Hold } from '@atoll/testbed/client/hold';
import { DatagramInjector, injectFrames } from '@atoll/testbed/client/inject';
import { ping } from '@atoll/testbed/client/ping';
import { exchange } from '@atoll/testbed/client/tcp';
import { onEach } from '@atoll/testbed/each';
import { eventually } from '@atoll/testbed/poll';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ALL, CLIENT, EchoBed, SERVER } from './bed.ts';
import { nonsense, SYN, segmentFrame } from './segments.ts';

const SERVER_NUMBER = 0x0a00_0002;
const CLIENT_NUMBER = 0x0a00_0009;

const OPEN_PORTS = [7, 9, 19, 5201];
// Below the ports that clients are given: one of those may still be in TIME-WAIT.
const GUESSED_PORT = 20_000;

onEach(ALL, ['nc', 'ping'], (target) => {
  let bed: EchoBed;

  beforeAll(() => {
    // Answers to forged sources go to the client, which has no use for them.
    bed = new EchoBed(target, [`--ipv4-gateway=${CLIENT}`]);
    return bed.start();
  });
  afterAll(() => bed.stop());

  // Whatever came: everything is served as before.
  afterEach(async () => {
    expect(await exchange(bed.client, SERVER, { bytes: 100_000 })).toMatchObject({ intact: 1 });
    expect(await ping(bed.client, SERVER)).toBe(3);
    expect(bed.server.alive).toBe(true);
  });

  it('accepts connections during a flood of half-open ones', async () => {
    const random = new Random(1);
    const frames = Array.from({ length: 20_000 }, (_, index) =>
      segmentFrame({
        mac: bed.server.mac,
        // Beyond the router, on the link where nobody is, and the client, which knows nothing of it.
        source: [random.below(0xdf00_0000), 0x0a00_0064 + random.below(100), CLIENT_NUMBER][
          index % 3
        ],
        destination: SERVER_NUMBER,
        sourcePort: 1024 + random.below(64_512),
        destinationPort: 7,
        sequence: random.below(2 ** 32),
        acknowledgment: 0,
        flags: SYN,
        options: Uint8Array.of(2, 4, 5, 0xb4, 4, 2, 1, 1),
      }),
    );
    let isOver = false;
    const flood = injectFrames(bed.lan, frames, { rate: 10_000 }).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const outcome = await exchange(bed.client, SERVER, { connections: 20, bytes: 2000 });
      expect(outcome).toMatchObject({ intact: 20, damages: [] });
    }
    await flood;
  });

  it('bears segments that make no sense, for ports open and closed', async () => {
    const between = (random: Random) => ({
      sourcePort: random.below(65_536),
      destinationPort: random.pick([...OPEN_PORTS, random.below(65_536)]),
    });
    const common = { mac: bed.server.mac, destination: SERVER_NUMBER };
    await injectFrames(bed.lan, [
      ...nonsense(2000, 2, between, { ...common, source: CLIENT_NUMBER }),
      // From itself, from nobody, from everybody.
      ...nonsense(200, 3, between, { ...common, source: SERVER_NUMBER }),
      ...nonsense(200, 4, between, { ...common, source: 0 }),
      ...nonsense(200, 5, between, { ...common, source: 0xffff_ffff }),
    ]);
  });

  it('keeps a connection into which a stranger guesses', async () => {
    const client = bed.client.start(['nc', '-p', `${GUESSED_PORT}`, SERVER, '7'], {
      keepInput: true,
    });
    client.feed('before\n');
    await client.says(/^before$/m);
    const ports = { sourcePort: GUESSED_PORT, destinationPort: 7 };
    const common = { mac: bed.server.mac, source: CLIENT_NUMBER, destination: SERVER_NUMBER };
    await injectFrames(
      bed.lan,
      nonsense(2000, 6, () => ports, common),
    );
    client.feed('after\n');
    await client.says(/^after$/m);
    await client.stop();
    expect(client.output).toBe('before\nafter\n');
  });

  it('remembers little for clients that never read, and serves others', async () => {
    const before = bed.server.memory();
    const asking = await Hold.start(bed.client, SERVER, { port: 19, connections: 200 });
    const sending = await Hold.start(bed.client, SERVER, {
      port: 7,
      connections: 200,
      isEndless: true,
    });
    // They filled what there is for all, and make room when others need it.
    for (let count = 0; count < 2; count++) {
      const outcome = await exchange(bed.client, SERVER, { bytes: 20_000 });
      expect(outcome).toMatchObject({ intact: 1, damages: [] });
    }
    const grown = bed.server.memory() - before;
    console.log(`${target.name}: ${grown} KiB for 400 clients that never read`);
    expect(grown).toBeLessThan(MEMORY_KIB);
    await asking.stop();
    await sending.stop();
  });

  it('goes on when clients reset connections in the middle', async () => {
    for (let round = 0; round < 2; round++) {
      const asking = await Hold.start(bed.client, SERVER, { port: 19, connections: 50 });
      const sending = await Hold.start(bed.client, SERVER, {
        port: 7,
        connections: 50,
        isEndless: true,
      });
      await asking.reset();
      await sending.reset();
      await asking.stop();
      await sending.stop();
    }
  });

  it('tells a port scan which ports are open, one by one', async () => {
    const { stderr } = await bed.client.run(['nc', '-z', '-v', '-n', '-w', '2', SERVER, '1-60']);
    const open = [...stderr.matchAll(/ (\d+) port .* succeeded!/g)].map(([, port]) => Number(port));
    expect(open).toEqual([7, 9, 19]);
    expect(stderr.match(/ failed: Connection refused/g)).toHaveLength(57);
  });

  it('answers only so many datagrams for ports where nobody is', async () => {
    const injector = new DatagramInjector(bed.client, SERVER);
    const payloads = Array.from({ length: 2000 }, () => new Uint8Array(10));
    const before = await unreachables();
    await injector.send(99, payloads);
    await injector.stop();
    expect(await eventually(async () => (await unreachables()) > before)).toBe(true);
    // The allowance is a burst of 50, and then 100 each second.
    expect((await unreachables()) - before).toBeLessThan(1000);
  });

  /** How many ICMP messages have told the client that something cannot be reached. */
  async function unreachables(): Promise<number> {
    const [names, values] = (await bed.client.succeed(['grep', '^Icmp:', '/proc/net/snmp']))
      .split('\n')
      .map((line) => line.split(' '));
    return Number(values[names.indexOf('InDestUnreachs')]);
  }
});

/** On `node` this includes garbage that V8 has not collected. */
const MEMORY_KIB = 96 * 1024;
