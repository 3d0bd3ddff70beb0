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
