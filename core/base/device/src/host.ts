import type { FastModule, NativeModule } from './fast.ts';
import type { Responder } from './network.ts';

/**
 * What the kernel puts into the global `host` of an image: the TypeScript side of `abi.h`.
 * Addresses are offsets into the engine's linear memory unless they are called physical.
 */
export interface Host {
  /** Must equal {@link HOST_ABI}; the driver's start refuses to go on otherwise. */
  readonly abi: number;
  readonly platform: string;
  /** Boot arguments, each ended by NUL where the platform has a list, otherwise one line of text. */
  readonly bootArguments: string;

  write(text: string): void;
  /** Milliseconds since boot, with fractions. */
  monotonic(): number;
  /** Milliseconds since 1970-01-01 UTC. */
  wallClock(): number;
  /** Fills `bytes` from the kernel's generator, which was seeded and tested before the start. */
  entropy(bytes: Uint8Array): void;
  /** Mixes `bytes` of an entropy device into the generator; they need not be secret or random. */
  seed(bytes: Uint8Array): void;
  /** False when the generator started with nothing but timing jitter. */
  readonly isSeeded: boolean;
  /** Bytes of memory that the program uses, and that it may use at most. */
  memoryUsed(): number;
  memorySize(): number;
  /** Ends the program with `status` (0 to 255); does not return. */
  halt(status: number): never;
  /**
   * Makes `step` the program: the kernel runs pending promise jobs, calls `step`, and sleeps until a
   * device has something or the monotonic time that `step` answered has come (`Infinity`: no limit).
   */
  run(step: () => number): void;

  /** Where `bytes` lie in linear memory. They must never be detached or resized. */
  address(bytes: Uint8Array): number;
  /** Fast paths and native modules, by the name of the module and of the function. */
  readonly fast: Readonly<Record<string, FastModule & NativeModule>>;

  /**
   * The name of the network device `handle`; handles count from 0, and the first that answers
   * `undefined` ends them. Only where the platform moves frames itself.
   */
  networkName(handle: number): string | undefined;
  networkMac(handle: number): number;
  networkMtu(handle: number): number;
  /** What the device does for frames that are sent: bit 0 writes checksums, bit 1 cuts TCP segments. */
  networkOffloads(handle: number): number;
  /**
   * Lets the kernel answer frames itself, as {@link Responder} says, before it wakes the program: it reads
   * them into `received` and writes answers to `out`, both behind headers. What has no answer is for
   * `networkRead` with `received`. `counters` are five doubles in the order of `NetworkCounters`, to which
   * the kernel adds what never reaches the driver. Once for each device.
   */
  networkRespond(
    handle: number,
    received: Uint8Array,
    out: Uint8Array,
    counters: Uint8Array,
    responder: Responder,
  ): void;
  /**
   * Reads a frame into `bytes`, behind the header of `frame-header.ts`; answers the length of both, or 0
   * when there is none. What does not fit is lost.
   */
  networkRead(handle: number, bytes: Uint8Array): number;
  /** Sends a header and a frame, the first `length` of `bytes`; false when the device did not take it. */
  networkWrite(handle: number, bytes: Uint8Array, length: number): boolean;

  /** The name of the block device `handle`, likewise. Only where the platform moves blocks itself. */
  blockName(handle: number): string | undefined;
  /** Bytes in a block. */
  blockSize(handle: number): number;
  blockCount(handle: number): number;
  blockIsReadOnly(handle: number): boolean;
  /** Whether a flush, and what is persisted, survives a power cut. */
  blockIsDurable(handle: number): boolean;
  /** Fills `bytes`, whole blocks, from block `block` on; false when the device failed. */
  blockRead(handle: number, block: number, bytes: Uint8Array): boolean;
  blockWrite(handle: number, block: number, bytes: Uint8Array): boolean;
  /** Writes and, where the block device is durable, answers when these blocks survive a power cut. */
  blockPersist(handle: number, block: number, bytes: Uint8Array): boolean;
  blockFlush(handle: number): boolean;

  /** Device registers, only on platforms whose drivers are in TypeScript; `size` is 1, 2 or 4 bytes. */
  registerRead(physical: number, size: number): number;
  registerWrite(physical: number, size: number, value: number): void;
  portRead(port: number, size: number): number;
  portWrite(port: number, size: number, value: number): void;
  /** The physical address of an offset into linear memory; linear memory is physically contiguous. */
  physical(address: number): number;
  /** Orders all accesses to memory that stand before it before all that stand behind it, for devices too. */
  fence(): void;
  /** Lets interrupt line `line` end the kernel's sleep; answers false when there is no such line. */
  interruptLine(line: number): boolean;
  /** A message-signalled interrupt that ends the kernel's sleep: its address (low 32 bits) and data. */
  interruptMessage(): { readonly address: number; readonly data: number };

  /**
   * The bytes from and to xenstore, only under Xen: as many as there are, or as there is room for. Each
   * answers how many that were, or -1 where there is no xenstore, as in dom0.
   */
  storeRead(bytes: Uint8Array): number;
  storeWrite(bytes: Uint8Array): number;
  /**
   * Event channels, which end the kernel's sleep: a port of ours for domain `remote` to bind to, or one
   * bound to its `port`. They answer a negative number when Xen refuses.
   */
  eventAllocate(remote: number): number;
  eventBind(remote: number, port: number): number;
  eventClose(port: number): void;
  eventSend(port: number): void;
  /**
   * Lets domain `remote` use the page of linear memory at `address`; answers the reference for the peer, or
   * -1 when the table is full.
   */
  grantAccess(remote: number, address: number, isReadOnly: boolean): number;
  /** Takes that back; answers false while the peer has the page mapped. */
  grantEnd(reference: number): boolean;
  /**
   * Copies between pages of peers and linear memory: `requests` holds `count` of them, each 20 bytes in
   * little-endian order: reference 32, address 32, domain 16, offset in the page 16, length 16, 1 when to the
   * peer 16, and the answer 32, which is 0 for success. What is ours lies within one page.
   */
  grantCopy(requests: Uint8Array, count: number): void;
  /**
   * Shows the peer's page at `address` instead of ours, until it is unmapped with the handle that this
   * answers; -1 when the peer or Xen refuses.
   */
  grantMap(remote: number, reference: number, address: number): number;
  grantUnmap(handle: number, address: number): void;
  /**
   * Ends the domain, or takes it out of time: 0 switches off, 1 starts anew, 2 suspends. After a suspend,
   * true says that all grants and ports are gone, false that nothing happened.
   */
  shutdown(reason: number): boolean;
}

/** Grows with every change of the contract between the kernel and the drivers. */
export const HOST_ABI = 7;
