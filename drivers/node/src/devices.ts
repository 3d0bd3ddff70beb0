import { MIN_BLOCK_SIZE } from '@atoll/device/block';
import { randomMac } from '@atoll/device/system';
import { parseMac } from '@atoll/ethernet/address';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { DiskFile } from './disk-file.ts';
import { nodeEntropy } from './entropy.ts';
import type { NodeOptions } from './options.ts';
import type { Tap } from './tap.ts';

/** TAP interfaces and hardware addresses by device name. */
type AttachedTaps = Map<string, { tap: Tap; mac: number }>;

export async function openTaps({ taps, macs }: NodeOptions): Promise<Result<AttachedTaps>> {
  const opened: AttachedTaps = new Map();
  for (const [name, tapName] of taps) {
    const given = macs.get(name);
    const mac = given === undefined ? ok(randomMac(nodeEntropy)) : parseMac(given);
    if (!mac.ok) return mac;
    try {
      // Only a TAP device needs the native library.
      const { openTap } = await import('./tap.ts');
      opened.set(name, { tap: openTap(tapName), mac: mac.value });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return misconfigured(`--net:${name}=${tapName}: ${reason}`);
    }
  }
  return ok(opened);
}

/** Files and block sizes by device name. */
type OpenDisks = Map<string, { file: DiskFile; blockSize: number }>;

export async function openDisks({ disks, sectorSizes }: NodeOptions): Promise<Result<OpenDisks>> {
  const opened: OpenDisks = new Map();
  for (const [name, path] of disks) {
    const blockSize = sectorSizes.get(name) ?? MIN_BLOCK_SIZE;
    try {
      // As with a TAP device: the native library is for those who need it.
      const { openDiskFile } = await import('./disk-file.ts');
      opened.set(name, { file: openDiskFile(path, blockSize), blockSize });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return misconfigured(`--block:${name}=${path}: ${reason}`);
    }
  }
  return ok(opened);
}
