import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ABI, build, hostFunctions } from './image.ts';
import { boot, lacksQemu, whileUp } from './machine.ts';

/** What an image does is what its boot argument says. */
const SCRIPT = `
const word = host.bootArguments.split(' ')[0];
const print = (...values) => host.write(JSON.stringify(values) + '\\n');
const attempt = (action) => { try { action(); return 'done'; } catch (error) { return error.name; } };
const scripts = {
  hello: () => print(host.platform, host.abi, host.bootArguments, host.memorySize()),
  status: () => host.halt(42),
  recurse: () => { const f = (n) => f(n + 1) + 1; print(attempt(() => f(0))); },
  nest: () => print(attempt(() => JSON.parse('['.repeat(200_000)))),
  exhaust: () => { const all = []; print(attempt(() => { for (;;) all.push(new Uint8Array(100_000)); })); },
  time: () => print(host.wallClock()),
  sleep: () => {
    const times = [];
    host.run(() => {
      times.push(host.monotonic());
      if (times.length === 11) { print(...times); host.halt(0); }
      return times[0] + times.length * 20;
    });
  },
  seeded: () => print(host.isSeeded),
  idle: () => { print('idle'); host.run(() => Infinity); },
  forbidden: () => print(...[
    () => host.registerRead(0x10_0000, 4),
    () => host.registerWrite(0x80_0000, 4, 0),
    () => host.registerRead(0xfee0_0020, 4),
    () => host.registerRead(0xfeb0_0002, 4),
    () => host.registerRead(-1, 1),
    () => host.registerRead(2 ** 51, 4),
    () => host.registerRead(NaN, 4),
    () => host.portRead(0xf4, 1),
    () => host.portWrite(0x64, 1, 0xfe),
    () => host.portRead(0xcfe, 4),
  ].map(attempt)),
};
(scripts[word] ?? host.fast.test[word])(0, 0);
`;

const FUNCTIONS = hostFunctions({
  beyond: 'return value_from_int(w2c_quickjs_strlen(0xfffffff0));',
  behind: 'return value_from_int(*(volatile int *)host_pointer(engine_instance.w2c_memory.size));',
  null: 'return value_from_int(*(volatile int *)8);',
  code: '*(volatile char *)0x100000 = 0; return VALUE_UNDEFINED;',
  constant: '*(volatile char *)"constant" = 0; return VALUE_UNDEFINED;',
  execute: '((void (*)(void))host_pointer(0x100000))(); return VALUE_UNDEFINED;',
  illegal: '__builtin_trap();',
  overflow:
    'volatile char frame[512]; frame[0] = 1; return call_overflow(context, frame[0], argc, argv) + frame[0];',
  wild: 'return value_from_int(*(volatile int *)0x8000000000000000);',
});

describe.skipIf(lacksQemu())('a bundle on virtio', () => {
  let image: string;
  beforeAll(async () => {
    image = await build(SCRIPT, [FUNCTIONS], 'virtio');
  }, 120_000);

  it.each(['microvm', 'microvm,acpi=off', 'q35', 'pc'] as const)('boots on %s', (model) => {
    const { output, status } = boot(image, 'hello "a b"', { model });
    expect(output).toMatch(/^\["virtio",\d+,"hello \\"a b\\"",[0-9]{8}\]\r\n$/);
    expect(JSON.parse(output)[1]).toBe(ABI);
    expect(status).toBe(0);
  });

  it.each([
    [10, 0],
    [16, 0],
    [4096, 0],
    [8, 69],
    [6, 69],
  ])('with %i MiB of memory ends with status %i', (memory, expected) => {
    const { output, status } = boot(image, 'hello', { memory });
    expect(status, output).toBe(expected);
    if (expected !== 0) expect(output).toMatch(/^atoll: .*(memory|MiB)/);
  });

  it('hands its status to whoever started the machine', () => {
    expect(boot(image, 'status').status).toBe(42);
  });

  it.each(['microvm', 'microvm,acpi=off', 'q35', 'pc'] as const)(
    'says its status and switches off where nobody takes it (%s)',
    (model) => {
      const { status, signal, output } = boot(image, 'status', { model, hasDebugExit: false });
      expect([status, signal, output]).toEqual([0, null, 'atoll: exit status 42\r\n']);
    },
  );

  it.each([
    [
      'beyond',
      'memory fault (vector 14, error code 0x0000): out-of-bounds access at linear address 0xffff',
    ],
    ['behind', 'out-of-bounds access at linear address 0x'],
    ['null', 'access through a null pointer, address 0x8'],
    ['code', 'error code 0x0003): access to address 0x100000'],
    ['constant', 'error code 0x0003): access to address 0x'],
    ['execute', 'error code 0x0011): out-of-bounds access at linear address 0x100000'],
    ['illegal', 'illegal instruction (vector 06, error code 0x0000)'],
    ['overflow', 'error code 0x0002): stack overflow at address 0x47f'],
    ['wild', 'general protection fault (vector 13, error code 0x0000), at instruction'],
  ])('reports %s and halts', (name, message) => {
    const { status, output } = boot(image, name);
    expect(output).toContain(message);
    expect(output).toMatch(/^atoll: fault: .*, at instruction 0x[0-9a-f]+\r\n$/);
    expect(status).toBe(71);
  });

  it.each([
    ['recurse', 'RangeError'],
    ['nest', 'RangeError'],
    ['exhaust', 'InternalError'],
  ])('survives %s', (name, error) => {
    const { status, output } = boot(image, name);
    expect([status, output]).toEqual([0, `["${error}"]\r\n`]);
  });

  it('refuses registers and ports that are none of the driver', () => {
    expect(JSON.parse(boot(image, 'forbidden').output)).toEqual(new Array(10).fill('TypeError'));
  });

  it.each([
    ['max,-lm', 'atoll: this CPU lacks 64-bit mode or no-execute pages'],
    ['max,-nx', 'atoll: this CPU lacks 64-bit mode or no-execute pages'],
  ])('says what the CPU %s lacks', (cpu, message) => {
    const { status, output } = boot(image, 'hello', { cpu });
    expect(output).toContain(message);
    expect(status).toBe(69);
  });

  it('turns AVX on where the CPU has it', async () => {
    // CPUID 1, ECX: bit 27 says that the kernel turned it on. Then a wide addition must not be a fault.
    const wide = `
      unsigned a = 1, b, c = 0, d;
      __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
      if (!(c >> 27 & 1))
          return value_from_int(0);
      u32 sum;
      __asm__ volatile("vmovd %1, %%xmm0\\n\\tvinsertf128 $1, %%xmm0, %%ymm0, %%ymm0\\n\\t"
                       "vextractf128 $1, %%ymm0, %%xmm1\\n\\tvpaddd %%xmm0, %%xmm1, %%xmm1\\n\\t"
                       "vmovd %%xmm1, %0\\n\\tvzeroupper" : "=r"(sum) : "r"(21) : "xmm0", "xmm1");
      return value_from_int((s32)sum);`;
    const script = 'host.write(String(host.fast.test.wide()));';
    const image = await build(script, [hostFunctions({ wide })], 'virtio');
    expect(boot(image, '', { cpu: 'max' }).output).toBe('42');
    expect(boot(image, '', { cpu: 'qemu64' }).output).toBe('0');
  });

  it('runs on the plainest CPU, and says where its randomness comes from', () => {
    expect(boot(image, 'seeded', { cpu: 'qemu64' }).output).toBe('[false]\r\n');
    expect(boot(image, 'seeded', { cpu: 'max' }).output).toBe('[true]\r\n');
  });

  it('knows the time of day', () => {
    const before = Date.now();
    const [time] = JSON.parse(boot(image, 'time').output);
    // The machine's clock counts seconds.
    expect(time).toBeGreaterThan(before - 2000);
    expect(time).toBeLessThan(Date.now() + 2000);
  });

  it('sleeps until the time that a step answered', () => {
    const times: number[] = JSON.parse(boot(image, 'sleep').output);
    for (let i = 1; i < times.length; i++) {
      expect(times[i]).toBeGreaterThanOrEqual(times[0] + i * 20 - 0.01);
    }
  });

  it.each(['microvm', 'q35'] as const)('takes no time while it is idle (%s)', async (model) => {
    await whileUp(image, 'idle', { model }, async (pid) => {
      const before = processorTime(pid);
      await sleep(1000);
      expect(processorTime(pid) - before).toBeLessThan(50);
    });
  });
});

/** What a process has used of the CPU, in milliseconds. */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
