import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emitPem, type PemBlock, parsePem } from '@atoll/x509/pem';

/** The program `openssl`, at work in a folder of its own. */
export class OpenSsl {
  readonly #folder = mkdtempSync(join(tmpdir(), 'atoll-openssl-'));

  /** Runs it; answers what it printed, both ways. Throws when it fails. */
  run(...words: readonly string[]): string {
    const { status, text } = this.try(...words);
    if (status !== 0) throw new Error(`openssl ${words.join(' ')}: ${text}`);
    return text;
  }

  try(...words: readonly string[]): { readonly status: number | null; readonly text: string } {
    const { status, stdout, stderr } = spawnSync('openssl', words, {
      cwd: this.#folder,
      encoding: 'utf8',
    });
    return { status, text: stdout + stderr };
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(join(this.#folder, name), content);
    return name;
  }

  writePem(name: string, label: string, ...all: readonly Uint8Array[]): string {
    return this.write(name, all.map((bytes) => emitPem({ label, bytes })).join(''));
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(join(this.#folder, name)));
  }

  readPem(name: string): PemBlock[] {
    const blocks = parsePem(readFileSync(join(this.#folder, name), 'utf8'));
    if (!blocks.ok) throw new Error(blocks.error.reason);
    return blocks.value;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
