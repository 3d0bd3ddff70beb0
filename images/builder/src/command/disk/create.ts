import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { plainSipHash } from '@atoll/bytes/fast';
import { heapMemory } from '@atoll/device/frame';
import { describeLabel } from '@atoll/disk/describe';
import type { DiskLabel } from '@atoll/disk/label';
import { IDENTITY_LENGTH, isBlank, LABEL_LENGTH, regionOf, writeLabel } from '@atoll/disk/label';
import { labelCopyOffset, planDisk } from '@atoll/disk/layout';
import type { DiskFile } from '@atoll/driver-node/disk-file';
import { openDiskFile } from '@atoll/driver-node/disk-file';
import { createJournal, NEW_JOURNAL_LENGTH } from '@atoll/journal/create';
import { expect as unwrap } from '@atoll/result/result';
import { oneOf, UsageError } from '../../usage.ts';
import type { Command } from '../command.ts';
import { last, parseWords } from '../command.ts';
import { readAt } from './labelled-file.ts';

export const create: Command = {
  usage: 'disk create FILE --owner=NAME [--size=SIZE] [--block-size=N]',
  summary: 'Makes a disk for an appliance: a label, room for boot arguments, an empty journal.',
  details: `  FILE            a new file, or one that holds nothing but zeros
  --owner=NAME    the appliance that it is for; others refuse it
  --size=SIZE     bytes, or with K, M or G behind, 2M at least; needed for a new file
  --block-size=N  512 (the default), 1024, 2048 or 4096; appliances must be given the same

All of a new file is written, so that the host cannot run out of room for it later.
`,
  async run(words) {
    const types = { owner: 'string', size: 'string', 'block-size': 'string' } as const;
    const parsed = parseWords(words, ['FILE'], types);
    const [path] = parsed.positionals;
    const owner = last(parsed, 'owner');
    if (owner === undefined) throw new UsageError('--owner is missing');
    if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,66}$/.test(owner)) {
      throw new UsageError(`--owner=${owner}\n  expected 1 to 67 letters, digits and hyphens`);
    }
    const blockSize = Number(oneOf('block size', last(parsed, 'block-size') ?? '512', BLOCK_SIZES));
    const size = last(parsed, 'size');
    const isNew = !existsSync(path);
    if (isNew && size === undefined) throw new UsageError('--size is missing: the file is new');
    if (!isNew && size !== undefined) throw new UsageError('--size: the file is there already');
    if (size !== undefined) writeZeros(path, parseSize(size), blockSize);
    try {
      process.stdout.write(`${path}: ${describeLabel(makeDisk(path, owner, blockSize))}\n`);
    } catch (error) {
      if (isNew) rmSync(path);
      throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return 0;
  },
};

const BLOCK_SIZES = ['512', '1024', '2048', '4096'];

function makeDisk(path: string, owner: string, blockSize: number): DiskLabel {
  const file = openDiskFile(path, blockSize);
  try {
    if (file.isReadOnly) throw new Error('it cannot be written');
    if (!isEmpty(file)) throw new Error('it is not blank, and is left as it is');
    const { size } = file;
    const identity = new Uint8Array(randomBytes(IDENTITY_LENGTH));
    const label = unwrap(planDisk({ owner, blockSize, size, identity, journal: true }));
    const journal = regionOf(label, 'journal');
    if (journal === undefined) throw new Error('the plan has no journal');
    const region = { ...journal, blockSize, identity, hash: plainSipHash };
    const made = unwrap(createJournal(region, heapMemory(NEW_JOURNAL_LENGTH)));
    // The label comes last: a disk that was made in part only stays blank.
    writeAt(file, made, journal.offset);
    fdatasyncSync(file.descriptor);
    writeAt(file, writeLabel(label), labelCopyOffset(size));
    writeAt(file, writeLabel(label), 0);
    fdatasyncSync(file.descriptor);
    return label;
  } finally {
    closeSync(file.descriptor);
  }
}

/** Whether there is nothing where the labels go; a small disk is all looked at. */
function isEmpty(file: DiskFile): boolean {
  const length = Math.min(file.size, FIRST_BYTES);
  if (length < LABEL_LENGTH) throw new Error(`it has ${file.size} bytes only`);
  return isBlank(readAt(file, 0, length));
}

/** More than any label, partition table or head of a file system. */
const FIRST_BYTES = 0x10_0000;

function writeAt({ descriptor }: DiskFile, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
  }
}

function writeZeros(path: string, size: number, blockSize: number): void {
  if (size % blockSize !== 0) throw new UsageError(`--size: no whole blocks of ${blockSize}`);
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    const zeros = new Uint8Array(FIRST_BYTES);
    for (let done = 0; done < size; ) {
      done += writeSync(descriptor, zeros, 0, Math.min(zeros.length, size - done));
    }
  } finally {
    closeSync(descriptor);
  }
}

function parseSize(text: string): number {
  const match = /^(\d{1,12})([KMG]?)$/.exec(text);
  const size = match === null ? 0 : Number(match[1]) * UNITS[match[2]];
  if (size === 0) throw new UsageError(`--size=${text}\n  expected bytes, such as 16M`);
  return size;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
