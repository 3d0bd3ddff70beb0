/*
 * The contract between an image's kernel (C) and its drivers (TypeScript).
 *
 * The kernel calls the image's program, a function, once. Before that it puts one
 * object named `host` into the global scope; modules, which are evaluated when the
 * image is built, do not see it. core/base/device/src/host.ts is the same contract,
 * seen from TypeScript, and says what each member does. Members for devices are
 * present only where the platform has them:
 *
 *   every platform   abi platform bootArguments write monotonic wallClock
 *                    entropy seed isSeeded memoryUsed memorySize halt run
 *                    address fast
 *   network.c        networkName networkMac networkMtu networkOffloads
 *                    networkRead networkWrite
 *   responder.c      networkRespond
 *   block.c          blockName blockSize blockCount blockIsReadOnly
 *                    blockIsDurable blockRead blockWrite blockPersist
 *                    blockFlush
 *   virtio           see platform/virtio/registers.c
 *   xen              storeRead storeWrite eventAllocate eventBind eventClose
 *                    eventSend grantAccess grantEnd grantCopy grantMap
 *                    grantUnmap shutdown fence
 *
 * Rules that hold for all of them:
 *
 * - Handles count from 0; the names of devices end where there is no more.
 * - Wrong use by a driver (a handle without a device, bytes that are not a
 *   Uint8Array) throws; what a device or peer does never throws.
 * - Offsets into linear memory stay valid for ever: it grows, but never moves.
 * - After the program, promise jobs run; then the kernel calls the function
 *   given to `run`, runs jobs again, and sleeps. A program that gave none ends
 *   the program with status 0.
 * - An exception that nobody catches, or a promise that is still rejected
 *   without a handler when no job is left, ends the program with status 70.
 * - Math.random draws from the kernel's generator.
 *
 * ATOLL_ABI equals HOST_ABI in host.ts and grows with every change of either.
 */
#ifndef ATOLL_ABI_H
#define ATOLL_ABI_H

#define ATOLL_ABI 7

/* Exit statuses, as in BSD's sysexits. */
#define STATUS_USAGE 64       /* a wrong option or boot argument */
#define STATUS_UNAVAILABLE 69 /* the machine lacks what an image needs */
#define STATUS_SOFTWARE 70    /* an uncaught exception or rejection */
#define STATUS_TRAP 71        /* a fault: memory, stack, instruction */

/* The most JavaScript may use of the engine's own stack, in bytes. */
#define JAVASCRIPT_STACK (256 * 1024)

#endif
