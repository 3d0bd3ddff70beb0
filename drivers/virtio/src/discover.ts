import type { Host } from '@atoll/device/host';
import type { Result } from '@atoll/result/result';
import { ok } from '@atoll/result/result';
import type { MmioPlace } from './mmio.ts';
import { openMmio } from './mmio.ts';
import { findFunctions } from './pci.ts';
import type { Transport } from './transport.ts';
import { openPci, virtioType } from './virtio-pci.ts';

/**
 * All virtio devices of the type `type`, in the order of the machine's description: those at `places`,
 * which the command line named, then those on PCI. A machine that has neither is taken for QEMU's
 * microvm, which describes its devices in ACPI byte code only. The first device that is there but
 * cannot be used is the failure.
 */
export function findDevices(
  host: Host,
  places: readonly MmioPlace[],
  type: number,
): Result<Transport[]> {
  const found: Transport[] = [];
  const functions = findFunctions(host);
  const isMicrovm = places.length === 0 && functions.length === 0;
  for (const place of isMicrovm ? MICROVM : places) {
    const opened = openMmio(host, place, type);
    if (!opened.ok) return opened;
    if (opened.value !== undefined) found.push(opened.value);
  }
  for (const pci of functions) {
    if (virtioType(pci) !== type) continue;
    const opened = openPci(host, pci);
    if (!opened.ok) return opened;
    found.push(opened.value);
  }
  return ok(found);
}

/**
 * QEMU's first `-device` gets the last place. Interrupt lines belong to the second I/O APIC; without
 * one there are eight places, with the last lines of the first.
 */
const MICROVM: readonly MmioPlace[] = Array.from({ length: 24 }, (_, index) => {
  const place = 23 - index;
  return { address: 0xfeb0_0000 + place * 0x200, lines: [24 + place, 16 + place] };
});
