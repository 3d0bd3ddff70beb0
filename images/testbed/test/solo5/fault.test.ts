import { beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../../src/requirements.ts';
import { buildGuest, runGuest } from './guest.ts';

const FAULTS = {
  // The engine's own code runs past the end of linear memory.
  beyond: 'return value_from_int(w2c_quickjs_strlen(0xfffffff0));',
  null: 'return value_from_int(*(volatile int *)8);',
  code: '*(volatile char *)0x100000 = 0; return VALUE_UNDEFINED;',
  execute: '((void (*)(void))host_pointer(0x10000))(); return VALUE_UNDEFINED;',
  illegal: '__builtin_trap();',
  divide: 'return value_from_int(100 / (int)(value_u32(host_argument(argv, 1)) - 1));',
  recurse:
    'volatile char frame[512]; frame[0] = 1; return call_recurse(context, frame[0], argc, argv) + frame[0];',
  abort: 'w2c_quickjs_abort(); return VALUE_UNDEFINED;',
} as const;

/** What the tender must not let through. */
const ABUSES = {
  call: '__asm__ volatile("syscall" ::"a"(39) : "rcx", "r11"); return VALUE_UNDEFINED;',
  port: '__asm__ volatile("outl %0, %1" ::"a"(0), "d"((short)0x509)); return VALUE_UNDEFINED;',
  msr: '__asm__ volatile("rdmsr" ::"c"(0x10) : "rax", "rdx"); return VALUE_UNDEFINED;',
  text: hypercall(2, '{0x20000000, 16}'),
  argument: '__asm__ volatile("outl %0, %1" ::"a"(0x20000000), "d"((short)0x502)); return 0;',
  disk: hypercall(5, '{1, 256, 0x800000, 512, 0}'),
  network: hypercall(6, '{2, 0x800000, 64, 0}'),
  constant: hypercall(7, '{1, 0x100000, 64, 0}'),
} as const;

/** Makes hypercall `number` with words of 64 bits. */
function hypercall(number: number, words: string): string {
  return `uint64_t words[8] = ${words};
    __asm__ volatile("outl %0, %1" ::"a"((uint32_t)(uint64_t)words), "d"((short)${0x500 + number}) : "memory");
    return VALUE_UNDEFINED;`;
}

const SCRIPT = 'host.fast.test[host.bootArguments](0, 1);';

describe.skipIf(lacks('cc'))('a fault on hvt', () => {
  let image: string;
  beforeAll(async () => {
    image = await buildGuest('hvt', { script: SCRIPT, functions: { ...FAULTS, ...ABUSES } });
  });

  it.each([
    [
      'beyond',
      'memory fault (vector 14, error code 0x0000): out-of-bounds access at linear address 0xfffffff0',
    ],
    [
      'null',
      'memory fault (vector 14, error code 0x0000): access through a null pointer, address 0x8',
    ],
    ['code', 'memory fault (vector 14, error code 0x0003): access to address 0x100000'],
    [
      'execute',
      'memory fault (vector 14, error code 0x0011): out-of-bounds access at linear address 0x10000',
    ],
    ['illegal', 'illegal instruction (vector 06, error code 0x0000)'],
    ['divide', 'arithmetic fault (vector 00, error code 0x0000)'],
    ['recurse', 'memory fault (vector 14, error code 0x0002): stack overflow at address 0x47f'],
    ['abort', 'fault: abort'],
  ])('is reported: %s', async (name, message) => {
    const { status, stdout } = await runGuest(image, [], [name]);
    expect(stdout).toContain(message);
    expect(stdout).toMatch(/, at instruction 0x[0-9a-f]+\n$/);
    expect(status).toBe(71);
  });

  it.each([
    ['call', 'the guest makes a system call'],
    ['port', 'port 0x509 is none of a hypercall'],
    ['msr', 'there is no model-specific register 0x10'],
    ['text', '0x20000000 with 16 bytes is no address'],
    ['argument', '0x20000000 with 16 bytes is no address'],
    ['disk', '1 is no handle of a block device'],
    ['network', '2 is no handle of a network device'],
    ['constant', '1 is no handle of a network device'],
  ])("of the tender's rules ends the guest: %s", async (name, message) => {
    const { status, stderr } = await runGuest(image, [], [name]);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });
});

describe.skipIf(lacks('cc'))('a fault on spt', () => {
  let image: string;
  beforeAll(async () => {
    image = await buildGuest('spt', { script: SCRIPT, functions: { ...FAULTS, ...ABUSES } });
  });

  // No signal can be handled there: Linux ends the process, and a shell would say 139.
  it.each([
    ['beyond', 'SIGSEGV'],
    ['null', 'SIGSEGV'],
    ['code', 'SIGSEGV'],
    ['execute', 'SIGSEGV'],
    ['recurse', 'SIGSEGV'],
    ['illegal', 'SIGILL'],
    ['divide', 'SIGFPE'],
    ['call', 'SIGSYS'],
    ['port', 'SIGSEGV'],
  ])('ends the process: %s', async (name, signal) => {
    expect(await runGuest(image, [], [name])).toMatchObject({ status: undefined, signal });
  });

  it('that the engine notices itself is reported', async () => {
    const { status, stdout } = await runGuest(image, [], ['abort']);
    expect(stdout).toMatch(/^atoll: fault: abort, at instruction 0x/);
    expect(status).toBe(71);
  });
});
