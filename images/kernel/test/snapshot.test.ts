import { describe, expect, it } from 'vitest';
import { buildProgram, hostFunctions, run } from './image.ts';

describe('what modules made when the image was built', () => {
  it('is there when it starts', async () => {
    const program = `
      class Counter {
        #count = 40;
        static all = new WeakMap();
        add() { Counter.all.set(this, ++this.#count); return this.#count; }
      }
      const counter = new Counter();
      counter.add();
      const map = new Map([['key', [1, 2.5, -0, 2n ** 70n]], [counter, Symbol.for('shared')]]);
      const bytes = Uint8Array.from({ length: 70000 }, (_, i) => i * i);
      const words = new DataView(bytes.buffer, 4);
      const pattern = /(?<year>[0-9]{4})-x+/u;
      function* numbers() { for (let i = 0; ; i++) yield i; }
      const running = numbers();
      running.next();
      const settled = Promise.resolve('settled');
      const proxy = new Proxy({}, { get: (_, name) => 'got ' + String(name) });
      const long = 'ä€😀'.repeat(1000);
      () => {
        const [one, half, zero, big] = map.get('key');
        settled.then((value) => host.write(value));
        host.write(JSON.stringify([
          counter.add(), Counter.all.get(counter), map.get(counter) === Symbol.for('shared'),
          one, half, Object.is(zero, -0), String(big), bytes[300], words.getUint16(0), bytes.at(-1),
          pattern.exec('in 2026-xxx').groups.year, running.next().value, proxy.name,
          long.length,
        ]));
      }`;
    const { status, output } = run(await buildProgram(program));
    const expected = [42, 42, true, 1, 2.5, true, String(2n ** 70n), 144, 0x1019, 33];
    expect(output).toBe(`${JSON.stringify([...expected, '2026', 1, 'got name', 4000])}settled`);
    expect(status).toBe(0);
  });

  it('is collected like what was made later', async () => {
    const program = `
      let rings = Array.from({ length: 2000 }, () => { const ring = { bytes: new Uint8Array(400) }; return (ring.ring = ring); });
      () => {
        rings = undefined;
        for (let i = 0; i < 100000; i++) { const ring = { bytes: new Uint8Array(400) }; ring.ring = ring; }
        host.write(String(host.memoryUsed() < 16 * 1024 * 1024));
      }`;
    expect(run(await buildProgram(program))).toMatchObject({ status: 0, output: 'true' });
  });

  it('does not share a canary, nor Math.random, with another start', async () => {
    const canary = hostFunctions({
      canary: `
        extern const char snapshot_start[];
        return value_from_int((s32)*(u32 *)host_pointer(*(const u32 *)(snapshot_start + 12)));`,
    });
    const program = `() => host.write([host.fast.test.canary(), Math.random()].join(' '))`;
    const image = await buildProgram(program, [canary]);
    const [[first, random], [second, other]] = [run(image), run(image)].map(({ output }) =>
      output.split(' '),
    );
    expect(first).not.toBe(second);
    expect(first).not.toBe(String(0x5afe_c0de));
    expect(random).not.toBe(other);
  });

  it('names its lines when it fails', async () => {
    const program =
      'const fail = () => {\n  null.x;\n};\nconst call = () => fail();\n() => call();';
    const { status, output } = run(await buildProgram(program));
    expect(status).toBe(70);
    expect(output).toMatch(/TypeError.*\n.*at fail \(test\.js:2:.*\n.*at call \(test\.js:4:/);
  });
});
