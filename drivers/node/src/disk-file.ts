import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import koffi from 'koffi';
import type { DirectFile } from './direct-file.ts';
import { openDirectFile } from './direct-file.ts';

/** A file of the host that holds the blocks of a disk; nobody else who asks may use it meanwhile. */
export interface DiskFile {
  readonly descriptor: number;
  /** In bytes. */
  readonly size: number;
  readonly isReadOnly: boolean;
  /** What writes past the cache of the host; `undefined` where the host does not do that. */
  readonly direct: DirectFile | undefined;
}

/**
 * Opens and locks `path`, which must exist and be whole blocks of `blockSize` bytes, at least one;
 * throws an error that says why it could not. A file that nobody may write is opened to be read.
 */
export function openDiskFile(path: string, blockSize: number): DiskFile {
  const isReadOnly = !isWritable(path);
  const descriptor = openSync(path, isReadOnly ? constants.O_RDONLY : constants.O_RDWR);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new Error('it is not a file');
    if (stats.size === 0 || stats.size % blockSize !== 0) {
      throw new Error(`its ${stats.size} bytes are no whole blocks of ${blockSize}, at least one`);
    }
    if (!lock(descriptor, isReadOnly)) throw new Error('in use by another program');
    const direct = isReadOnly ? undefined : openDirectFile(descriptor, blockSize);
    return { descriptor, size: stats.size, isReadOnly, direct };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function isWritable(path: string): boolean {
  const descriptor = openFor(path, constants.O_RDWR);
  if (descriptor === undefined) return false;
  try {
    // Root may write what nobody may, but is not meant to.
    return (fstatSync(descriptor).mode & ANYONE_MAY_WRITE) !== 0;
  } finally {
    closeSync(descriptor);
  }
}

const ANYONE_MAY_WRITE = 0o222;

/** `undefined` where the file may not be written. */
function openFor(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags);
  } catch (error) {
    if (error instanceof Error && 'code' in error && DENIED.has(`${error.code}`)) return undefined;
    throw error;
  }
}

const DENIED: ReadonlySet<string> = new Set(['EACCES', 'EROFS', 'EPERM']);

/**
 * Locks all of the file against programs that do the same, images for unix and QEMU among them; answers
 * false when one has it. On other systems than Linux nothing is locked.
 */
function lock(descriptor: number, isReadOnly: boolean): boolean {
  if (process.platform !== 'linux') return true;
  const fcntl = koffi
    .load('libc.so.6')
    .func('int fcntl(int fd, int command, _Inout_ uint8_t *argument)');
  // struct flock { short l_type; short l_whence; off_t l_start; off_t l_len; pid_t l_pid; }: the whole file
  const whole = new Uint8Array(32);
  whole[0] = isReadOnly ? F_RDLCK : F_WRLCK;
  return fcntl(descriptor, F_OFD_SETLK, whole) === 0;
}

const F_OFD_SETLK = 37;
const F_RDLCK = 0;
const F_WRLCK = 1;
