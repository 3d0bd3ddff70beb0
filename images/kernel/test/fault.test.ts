import { beforeAll, describe, expect, it } from 'vitest';
import { build, evaluate, hostFunctions, run } from './image.ts';

describe('an image with faulty native code', () => {
  let image: string;
  beforeAll(async () => {
    const functions = hostFunctions({
      // The engine's own code runs past the end of linear memory.
      beyond: 'return value_from_int(w2c_quickjs_strlen(0xfffffff0));',
      store: 'w2c_quickjs_memset(0x10000000, 1, 1); return VALUE_UNDEFINED;',
      null: 'return value_from_int(*(volatile int *)8);',
      code: '*(volatile char *)0x100000 = 0; return VALUE_UNDEFINED;',
      execute: '((void (*)(void))host_pointer(0x100000))(); return VALUE_UNDEFINED;',
      illegal: '__builtin_trap();',
      divide: 'return value_from_int(100 / (int)(value_u32(host_argument(argv, 1)) - 1));',
      recurse:
        'volatile char frame[512]; frame[0] = 1; return call_recurse(context, frame[0], argc, argv) + frame[0];',
      abort: 'w2c_quickjs_abort(); return VALUE_UNDEFINED;',
      forbidden: systemCall(39, 0, 0, 0),
      forbiddenFile: systemCall(0, 0, 'LINEAR_MEMORY_BASE', 1),
      forbiddenCode: systemCall(10, 'LINEAR_MEMORY_BASE', 4096, 5),
      forbiddenPlace: systemCall(10, '0x100000', 4096, 3),
    });
    image = await build('host.fast.test[host.bootArguments.slice(0, -1)](0, 1);', [functions]);
  });

  it.each([
    ['beyond', 'memory fault: out-of-bounds access at linear address 0xfffffff0'],
    ['store', 'memory fault: out-of-bounds access at linear address 0x10000000'],
    ['null', 'memory fault: access through a null pointer, address 0x8'],
    ['code', 'memory fault: access to address 0x100000'],
    [
      'execute',
      'memory fault: out-of-bounds access at linear address 0x100000, at instruction 0x900000',
    ],
    ['illegal', 'illegal instruction'],
    ['divide', 'arithmetic fault'],
    ['recurse', 'memory fault: stack overflow at address 0x47f'],
    ['abort', 'fault: abort'],
  ])('reports %s and halts', (name, message) => {
    const { status, output } = run(image, '--', name);
    expect(output).toContain(message);
    expect(output).toMatch(/, at instruction 0x[0-9a-f]+\n$/);
    expect(status).toBe(71);
  });

  it.each(['forbidden', 'forbiddenFile', 'forbiddenCode', 'forbiddenPlace'])(
    'is killed at a system call that it does not need (%s)',
    (name) => {
      expect(run(image, '--', name).signal).toBe('SIGSYS');
    },
  );
});

describe('what nobody catches', () => {
  it('is printed with its stack', async () => {
    const script =
      'function inner() { throw new TypeError("no"); }\nfunction outer() { inner(); }\nouter();';
    const { status, output } = await evaluate(script);
    expect(output).toMatch(
      /^atoll: uncaught exception: TypeError: no\n +at inner \(test.js:1:\d+\)\n +at outer \(test.js:2:\d+\)\n/,
    );
    expect(status).toBe(70);
  });

  it('is found in a step', async () => {
    const { status, output } = await evaluate('host.run(() => { throw new Error("late"); });');
    expect(output).toContain('uncaught exception: Error: late\n');
    expect(status).toBe(70);
  });

  it('is found in a promise', async () => {
    const { status, output } = await evaluate(
      '(async () => { await 0; throw new Error("later"); })();',
    );
    expect(output).toMatch(/^atoll: unhandled rejection: Error: later\n +at /);
    expect(status).toBe(70);
  });

  it('may have no text', async () => {
    const { status, output } = await evaluate('throw { toString() { throw 1; } };');
    expect(output).toBe('atoll: uncaught exception: (a value without text)\n');
    expect(status).toBe(70);
  });

  it('is not a rejection that is handled in time', async () => {
    const script = `
      const late = Promise.reject(new Error('handled'));
      Promise.resolve().then(() => late.catch((error) => host.write(error.message)));`;
    expect(await evaluate(script)).toMatchObject({ status: 0, output: 'handled' });
  });
});

/** C that makes a system call of Linux past the kernel. */
function systemCall(number: number, ...values: (number | string)[]): string {
  const [first, second, third] = values;
  return `
    long result = ${number};
    __asm__ volatile("syscall" : "+a"(result)
      : "D"((long)${first}), "S"((long)${second}), "d"((long)${third}) : "rcx", "r11", "memory");
    return value_from_int((s32)result);`;
}
