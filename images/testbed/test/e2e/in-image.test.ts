import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInImage } from '../../src/in-image.ts';
import { lacks } from '../../src/requirements.ts';

const script = (name: string) => join(import.meta.dirname, '../in-image', name);

describe.skipIf(lacks('cc'))('a script in an image of its own', () => {
  it('computes the same checksums fast and plain', async () => {
    expect(await runInImage(script('checksum.ts'))).toEqual({ status: 0, output: 'SUCCESS\n' });
  });

  it('writes, reads, cuts and joins the same TCP segments fast and plain', async () => {
    expect(await runInImage(script('tcp.ts'))).toEqual({ status: 0, output: 'SUCCESS\n' });
  });

  it('encrypts, hashes, agrees and signs the same with libraries and in TypeScript', async () => {
    expect(await runInImage(script('crypto.ts'))).toEqual({ status: 0, output: 'SUCCESS\n' });
  });

  it('speaks TLS 1.2 with itself', async () => {
    expect(await runInImage(script('tls12.ts'))).toEqual({ status: 0, output: 'SUCCESS\n' });
  });

  it('holds little for TLS handshakes that nobody finishes', async () => {
    expect(await runInImage(script('half-open.ts'))).toEqual({ status: 0, output: 'SUCCESS\n' });
  });

  it('ends with status 70 and a stack trace after an exception', async () => {
    const { status, output } = await runInImage(script('exception.ts'));
    expect(status).toBe(70);
    expect(output).toContain('Error: on purpose');
    expect(output).toMatch(/at fail \(exception\.unix\.js:\d+/);
  });
});
