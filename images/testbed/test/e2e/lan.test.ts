import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { ping } from '../../src/client/ping.ts';
import { Lan } from '../../src/lan.ts';
import { Running, succeed } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';

describe.skipIf(lacks('root', 'netns', 'tap', 'ping'))('a network of namespaces', () => {
  let lan: Lan | undefined;
  afterEach(() => lan?.remove());

  it('carries frames between hosts', async () => {
    lan = new Lan();
    const one = lan.host('one', '10.0.0.1/24');
    lan.host('two', '10.0.0.2/24');
    expect(await ping(one, '10.0.0.2')).toBe(3);
  });

  it('has IPv6 for those who ask for it', async () => {
    lan = new Lan();
    const one = lan.host('one', undefined, { ipv6: true });
    const two = lan.host('two', undefined, { ipv6: true });
    one.configure('address add 2001:db8::1/64 dev eth0');
    two.configure('address add 2001:db8::2/64 dev eth0');
    expect(await ping(one, '2001:db8::2')).toBe(3);
    expect((await lan.host('three').run(['ip', '-6', 'address'])).stdout).toBe('');
  });

  it('leads over a router, which says what is too big for the cable behind it', async () => {
    lan = new Lan();
    const one = lan.host('one', '10.0.0.9/24');
    const router = lan.host('router', '10.0.0.1/24');
    const far = lan.behind(router, 'far', [{ address: '10.1.0.9/24', gateway: '10.1.0.1' }], 1280);
    one.configure('route add default via 10.0.0.1');
    expect(await ping(far, '10.0.0.9')).toBe(3);
    const { stdout } = await one.run(['ping', '-c', '1', '-M', 'do', '-s', '1253', '10.1.0.9']);
    expect(stdout).toMatch(/mtu ?= ?1280/);
  });

  it('is gone when it was removed, with what ran in it', async () => {
    lan = new Lan();
    const sleeper = lan.host('sleeper').start(['sleep', '60']);
    const { folder, wire } = lan;
    lan.remove();
    expect(await sleeper.ended).toMatchObject({ signal: 'SIGKILL' });
    expect(await namespaces()).not.toContain(wire.name);
    expect(existsSync(folder)).toBe(false);
  });

  it('is removed by the next one when its process was killed', async () => {
    const script = fileURLToPath(new URL('./abandoned.ts', import.meta.url));
    const other = new Running([process.execPath, '--import', import.meta.resolve('tsx'), script]);
    await other.says(/built/);
    const left = `atoll${other.pid}-`;
    expect(await namespaces()).toContain(left);
    other.signal('SIGKILL');
    await other.ended;
    expect(await namespaces()).toContain(left);
    expect(folders(left)).toHaveLength(1);

    lan = new Lan();
    expect(await namespaces()).not.toContain(left);
    expect(folders(left)).toEqual([]);
  });

  it('is removed when its process is told to end', async () => {
    const script = fileURLToPath(new URL('./abandoned.ts', import.meta.url));
    const other = new Running([process.execPath, '--import', import.meta.resolve('tsx'), script]);
    await other.says(/built/);
    expect(await other.stop()).toMatchObject({ status: 143 });
    expect(await namespaces()).not.toContain(`atoll${other.pid}-`);
    expect(folders(`atoll${other.pid}-`)).toEqual([]);
  });
});

function namespaces(): Promise<string> {
  return succeed(['ip', 'netns', 'list']);
}

function folders(prefix: string): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(prefix));
}
