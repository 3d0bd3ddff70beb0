import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { ABI, build, evaluate, run } from './image.ts';

describe('a bundle on unix', () => {
  it('writes to the console and ends with status 0', async () => {
    expect(await evaluate('host.write("grüße\\n");')).toEqual({
      status: 0,
      signal: null,
      output: 'grüße\n',
    });
  });

  it('knows its platform, its ABI and its boot arguments', async () => {
    const script = 'host.write(JSON.stringify([host.platform, host.abi, host.bootArguments]));';
    const { output } = await evaluate(script, '--mem=32', '--', '--name=a b', 'ö');
    expect(JSON.parse(output)).toEqual(['unix', ABI, '--name=a b\0ö\0']);
  });

  it('has no boot arguments without --', async () => {
    const image = await build('host.write(host.bootArguments.length + " ");');
    expect(run(image).output + run(image, '--').output).toBe('0 0 ');
  });

  it('ends with the status that it gives to halt', async () => {
    const { status } = await evaluate('host.halt(42); host.write("not reached")');
    expect(status).toBe(42);
  });

  it('runs promise jobs before, between and after the steps', async () => {
    const script = `
      const seen = [];
      Promise.resolve().then(() => seen.push('job'));
      host.run(() => {
        seen.push('step');
        if (seen.length > 4) { host.write(seen.join(' ')); host.halt(0); }
        Promise.resolve().then(() => seen.push('job'));
        return Infinity;
      });`;
    expect((await evaluate(script)).output).toBe('job step job step job step');
  });

  it('sleeps until the time that a step answered', async () => {
    const script = `
      const times = [];
      host.run(() => {
        times.push(host.monotonic());
        if (times.length === 4) { host.write(JSON.stringify(times)); host.halt(0); }
        return host.monotonic() + 10;
      });`;
    const times: number[] = JSON.parse((await evaluate(script)).output);
    for (let i = 1; i < times.length; i++) expect(times[i] - times[i - 1]).toBeGreaterThan(9.99);
  });

  it('knows the time of day', async () => {
    const before = Date.now();
    const { output } = await evaluate('host.write(JSON.stringify([host.wallClock(), Date.now()]))');
    for (const time of JSON.parse(output)) {
      expect(time).toBeGreaterThan(before - 1);
      expect(time).toBeLessThan(Date.now() + 1);
    }
  });

  it('refuses wrong use of the host object', async () => {
    const script = `
      for (const wrong of [() => host.run(1), () => host.entropy('x'), () => host.address([]),
          () => host.networkMac(0), () => host.write(Symbol())]) {
        try { wrong(); host.write('accepted '); } catch (error) { host.write(error.name + ' '); }
      }`;
    expect((await evaluate(script)).output).toBe('TypeError '.repeat(5));
  });
});

it('keeps running when nobody listens to its console', async () => {
  const image = await build('host.write("unheard"); host.halt(7);');
  for (const console of ['>&-', '| true; exit $PIPESTATUS']) {
    expect(spawnSync('bash', ['-c', `${image} ${console}`]).status).toBe(7);
  }
});

describe('kernel options', () => {
  let image: string;
  beforeAll(async () => {
    image = await build('host.write("started\\n");');
  });

  it.each([
    ['--mem=', 'atoll: --mem=: expected mebibytes from 8 to 4000'],
    ['--mem=7', 'atoll: --mem=7: expected mebibytes from 8 to 4000'],
    ['--mem=18446744073709551680', 'expected mebibytes'],
    ['--mme=32', 'unknown option --mme=32, the nearest is --mem='],
    ['--nett:service=tap0', 'the nearest is --net:'],
    [`--${'x'.repeat(5000)}`, 'unknown option'],
    ['--ipv4=10.0.0.2/24', 'arguments of the appliance stand after --'],
    ['tap0', 'atoll: tap0: expected an option'],
    ['--net:service', 'expected NAME=VALUE'],
    ['--net:my-service=tap0', 'expected NAME=VALUE'],
    [`--net:${'x'.repeat(68)}=tap0`, 'expected NAME=VALUE'],
    ['--net:service=', 'expected one TAP device'],
    ['--net:service=a-name-too-long-', 'expected one TAP device'],
    ['--net-mac:service=02:00:5e:00:53:0g', 'expected a unicast address'],
    ['--net-mac:service=01:00:5e:00:53:01', 'expected a unicast address'],
    ['--net-mac:service=02:00:5e:00:53', 'expected a unicast address'],
    ['--net-mac:service=02:00:5e:00:53:01', 'expected --net:'],
    ['--user=0', 'expected the number of a user other than root'],
  ])('refuses %s', (word, message) => {
    const { status, output } = run(image, word);
    expect(output).toContain(message);
    expect(status).toBe(64);
  });

  it('explains itself', () => {
    const { status, output } = run(image, '--help');
    expect(output).toContain('--net:NAME=TAP');
    expect(status).toBe(0);
  });

  it('names a TAP device that does not exist', () => {
    const { status, output } = run(image, '--net:service=absent0');
    expect(output).toBe('atoll: --net:service=absent0: not found\n');
    expect(status).toBe(69);
  });
});
