/** The lines that `atoll disk export` writes and `atoll disk import` reads. */
import type { Write } from '@atoll/journal/store';

export const EXPORT_FORMAT = 'journal';
export const EXPORT_VERSION = 1;

export function exportLine(key: Uint8Array, value: Uint8Array): object {
  return { key: base64(key), value: base64(value) };
}

/** Throws an error that says what is wrong with the first line of an export. */
export function checkHead(line: string): void {
  const head = parseLine(line);
  if (head?.atoll !== EXPORT_FORMAT)
    throw new Error('line 1: it is not what atoll disk export writes');
  if (head.version !== EXPORT_VERSION) {
    throw new Error(
      `line 1: version ${head.version}, this program knows version ${EXPORT_VERSION}`,
    );
  }
}

/** What line `number` says; throws an error when it says nothing. */
export function importLine(line: string, number: number): Write {
  const fields = parseLine(line);
  const key = bytes(fields?.key);
  const value = bytes(fields?.value);
  if (key === undefined || value === undefined) {
    throw new Error(`line ${number}: expected {"key":BASE64,"value":BASE64}`);
  }
  return { key, value };
}

function parseLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function bytes(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return new Uint8Array(Buffer.from(text, 'base64'));
}
