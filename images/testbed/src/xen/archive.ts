/** A file for an initial file system of Linux; folders on the way to it are made. */
export interface ArchiveFile {
  /** Without a leading slash. */
  readonly path: string;
  /** Bytes, or where a symbolic link leads. */
  readonly content: Uint8Array | string | { readonly link: string };
  readonly isExecutable?: boolean;
}

/** The archive that Linux unpacks at its start: cpio's "newc" (Linux, Documentation/driver-api/early-userspace). */
export function archive(files: readonly ArchiveFile[]): Buffer {
  const parts: Buffer[] = [];
  const folders = new Set<string>();
  let number = 0;
  const add = (path: string, mode: number, content: Uint8Array): void => {
    const name = Buffer.from(`${path}\0`);
    const fields = [++number, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
    parts.push(padded(Buffer.concat([Buffer.from(header), name])), padded(Buffer.from(content)));
  };
  for (const { path, content, isExecutable = false } of files) {
    const names = path.split('/');
    for (let depth = 1; depth < names.length; depth++) {
      const folder = names.slice(0, depth).join('/');
      if (!folders.has(folder)) add(folder, FOLDER, Buffer.alloc(0));
      folders.add(folder);
    }
    if (typeof content === 'string') {
      add(path, isExecutable ? PROGRAM : FILE, Buffer.from(content));
    } else if ('link' in content) {
      add(path, LINK, Buffer.from(content.link));
    } else {
      add(path, isExecutable ? PROGRAM : FILE, content);
    }
  }
  add('TRAILER!!!', 0, Buffer.alloc(0));
  return Buffer.concat(parts);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

const FOLDER = 0o040755;
const FILE = 0o100644;
const PROGRAM = 0o100755;
const LINK = 0o120777;
