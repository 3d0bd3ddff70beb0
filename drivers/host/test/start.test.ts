import type { Appliance, System } from '@atoll/appliance/appliance';
import type { BlockRequest } from '@atoll/device/block';
import type { Host } from '@atoll/device/host';
import { HOST_ABI } from '@atoll/device/host';
import { afterEach, expect, it, vi } from 'vitest';
import { start } from '../src/start.ts';

/** A kernel with one disk of `blocks` blocks, and that keeps what was written. */
function fakeHost(words: readonly string[], networks: readonly string[] = ['service'], blocks = 0) {
  const written: string[] = [];
  const host = {
    abi: HOST_ABI,
    isSeeded: true,
    bootArguments: words.map((word) => `${word}\0`).join(''),
    write: (text: string) => written.push(text),
    monotonic: () => 5,
    wallClock: () => 1_000_000,
    entropy: (bytes: Uint8Array) => bytes.fill(7),
    halt: vi.fn(),
    run: vi.fn<(step: () => number) => void>(),
    address: (bytes: Uint8Array) => 0x1008 + bytes.byteOffset,
    fast: { checksum: { sum: () => 9 } },
    networkName: (handle: number) => networks[handle],
    networkMac: () => 0x0200_5e00_5301,
    networkMtu: () => 1400,
    networkOffloads: () => 3,
    networkRead: vi.fn<(handle: number, bytes: Uint8Array) => number>(() => 0),
    networkWrite: vi.fn<(handle: number, bytes: Uint8Array, length: number) => boolean>(() => true),
    networkRespond: vi.fn<Host['networkRespond']>(),
    blockName: (handle: number) => (blocks > 0 && handle === 0 ? 'storage' : undefined),
    blockSize: () => 4096,
    blockCount: () => blocks,
    blockIsReadOnly: () => false,
    blockIsDurable: vi.fn(() => true),
    blockRead: vi.fn(() => true),
    blockWrite: vi.fn(() => false),
    blockPersist: vi.fn(() => true),
    blockFlush: vi.fn(() => true),
  };
  vi.stubGlobal('host', host as unknown as Host);
  return { host, written };
}

function applianceWith(begin: (system: System) => void): Appliance {
  return {
    name: 'test',
    version: '1.0.0',
    summary: 'A test.',
    devices: [
      { name: 'service', type: 'network', summary: 'the network' },
      { name: 'storage', type: 'block', summary: 'the disk', isOptional: true },
    ],
    arguments: {},
    start: begin,
  };
}

/** Starts an appliance that gives away its system. */
function systemOf(words: readonly string[] = []): System {
  let system: System | undefined;
  start(
    applianceWith((given) => {
      system = given;
    }),
    words,
  );
  if (system === undefined) throw new Error('the appliance was not started');
  return system;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it('hands the loop to the kernel', () => {
  const { host } = fakeHost(['--log=debug']);
  start(applianceWith((system) => system.run({ poll: (now) => now + 100 })));
  const [step] = host.run.mock.calls[0];
  expect(step()).toBe(105);
});

it('takes its words from a list or from a line', () => {
  const wordsOf = (bootArguments: string) => {
    const { host, written } = fakeHost([]);
    host.bootArguments = bootArguments;
    start(applianceWith(() => {}));
    return written.join('');
  };
  expect(wordsOf('--lgo=a b\0')).toContain('--lgo');
  expect(wordsOf('--log=info  --lgo')).toContain('--lgo');
  expect(wordsOf('--log="info" ')).toBe('');
});

it('says when randomness is from timing jitter alone', () => {
  const { host, written } = fakeHost([]);
  host.isSeeded = false;
  start(applianceWith(() => {}));
  expect(written.join('')).toContain('timing jitter alone');
});

it('refuses a kernel of another ABI', () => {
  const { host } = fakeHost([]);
  host.abi = HOST_ABI + 1;
  expect(() => start(applianceWith(() => {}))).toThrow('ABI');
});

it('stops with status 64 at a wrong boot argument', () => {
  const { host, written } = fakeHost(['--lgo=debug']);
  start(applianceWith(() => {}));
  expect(host.halt).toHaveBeenCalledWith(64);
  expect(written.join('')).toContain('lgo');
  expect(host.run).not.toHaveBeenCalled();
});

it('stops with status 64 when a declared device was not given', () => {
  const { host, written } = fakeHost([], []);
  start(applianceWith(() => {}));
  expect(host.halt).toHaveBeenCalledWith(64);
  expect(written.join('')).toContain('"service"');
});

it.each([
  [
    ['service', 'sevrice'],
    'there is no use for a network device "sevrice"\n  did you mean "service"',
  ],
  [['service', 'qubes'], 'there is no use for a network device "qubes"\n  expected only service'],
])('stops with status 64 at a device that was not declared', (networks, message) => {
  const { host, written } = fakeHost([], networks);
  start(applianceWith(() => {}));
  expect(host.halt).toHaveBeenCalledWith(64);
  expect(written.join('')).toContain(message);
});

it('leaves answers to the kernel', () => {
  const { host } = fakeHost([]);
  const responder = () => 0;
  systemOf().network('service')?.respond?.(responder);
  expect(host.networkRespond.mock.calls).toEqual([
    [0, expect.any(Uint8Array), expect.any(Uint8Array), expect.any(Uint8Array), responder],
  ]);
});

it('moves blocks in the calls of the kernel', () => {
  const { host } = fakeHost([], ['service'], 100);
  const disk = systemOf().block('storage');
  if (disk === undefined) throw new Error('no disk');
  expect(disk).toMatchObject({ name: 'storage', blockSize: 4096, blockCount: 100 });
  expect(disk).toMatchObject({ isReadOnly: false, durability: 'power' });
  const bytes = new Uint8Array(8192);
  const requests: BlockRequest[] = [
    { operation: 'read', block: 98, bytes, failure: undefined },
    { operation: 'write', block: 7, bytes, failure: undefined },
    { operation: 'flush', block: 0, bytes: new Uint8Array(0), failure: undefined },
  ];
  for (const request of requests) {
    expect(disk.submit(request)).toBe(true);
    expect(disk.complete()).toBe(request);
  }
  expect(requests.map(({ failure }) => failure === undefined)).toEqual([true, false, true]);
  expect(host.blockRead).toHaveBeenCalledWith(0, 98, bytes);
  expect(host.blockWrite).toHaveBeenCalledWith(0, 7, bytes);
  expect(host.blockFlush).toHaveBeenCalledWith(0);
});

it('knows no disk that was not given, and what survives of one', () => {
  expect(fakeHost([]) && systemOf().block('storage')).toBeUndefined();
  const { host } = fakeHost([], ['service'], 1);
  host.blockIsDurable.mockReturnValue(false);
  expect(systemOf().block('storage')?.durability).toBe('program');
});

it('moves frames through its two buffers and counts them', () => {
  const { host } = fakeHost([]);
  const device = systemOf().network('service');
  if (device === undefined) throw new Error('no device');
  expect([device.mac, device.mtu]).toEqual([0x0200_5e00_5301, 1400]);
  expect(device.offloads).toEqual({ checksum: true, segmentation: true });
  expect(device.receive()).toBeUndefined();

  // Each call moves a header of 12 bytes and the frame behind it.
  host.networkRead.mockReturnValueOnce(72);
  const received = device.receive();
  expect(received?.length).toBe(60);
  const read = host.networkRead.mock.lastCall?.[1];
  expect(read?.buffer).toBe(received?.bytes.buffer);
  expect((read?.byteOffset ?? 0) + 12).toBe(received?.bytes.byteOffset);

  const frame = device.transmit();
  if (frame === undefined) throw new Error('no frame');
  frame.length = 42;
  device.send(frame);
  host.networkWrite.mockReturnValueOnce(false);
  device.send(frame);
  expect(host.networkWrite).toHaveBeenLastCalledWith(0, expect.any(Uint8Array), 54);
  expect(host.networkWrite.mock.lastCall?.[1].buffer).toBe(frame.bytes.buffer);
  expect(device.counters).toEqual({
    receivedFrames: 1,
    receivedBytes: 60,
    sentFrames: 1,
    sentBytes: 42,
    droppedFrames: 1,
  });
});

it('gives out aligned memory and the fast paths of the image', () => {
  fakeHost([]);
  const { fast } = systemOf();
  const { bytes, address } = fast.allocate(100);
  expect(bytes).toEqual(new Uint8Array(100));
  expect(address % 16).toBe(0);
  expect(address).toBe(0x1008 + bytes.byteOffset);
  expect(fast.load('checksum').sum()).toBe(9);
  expect(() => fast.load('absent')).toThrow('absent');
});

it('gives clock, entropy and console of the kernel', () => {
  const { written } = fakeHost([]);
  const { clock, entropy, console } = systemOf();
  const bytes = new Uint8Array(3);
  entropy.fill(bytes);
  console.write('text');
  expect([clock.monotonic(), clock.wall(), ...bytes]).toEqual([5, 1_000_000, 7, 7, 7]);
  expect(written.at(-1)).toBe('text');
});
