import files from 'static:./pages';
import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Headers } from '../src/headers.ts';
import type { Request, Response } from '../src/message.ts';
import { staticFiles } from '../src/static.ts';

const site = staticFiles(files, { headers: new Headers({ 'x-extra': 'yes' }) });
const page = readFileSync(new URL('pages/index.html', import.meta.url));

function ask(path: string, fields: Record<string, string> = {}, method = 'GET'): Response {
  const file = site.get(path);
  if (file === undefined) throw new Error(`no ${path}`);
  return file.respond({ method, headers: new Headers(fields) } as Request, 0);
}

const tagOf = ({ headers }: Response) => headers?.get('etag') ?? '';

describe('files of the bundle', () => {
  it('have paths, and a folder has its index', () => {
    expect([...site.keys()]).toEqual(['deep/note.txt', 'index.html', '']);
    expect(ask('').body).toEqual(new Uint8Array(page));
    expect(ask('deep/note.txt').headers?.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  it('may be there as bytes', () => {
    const content = Uint8Array.of(1, 2, 3);
    const made = staticFiles([{ path: 'made', type: 'image/x', digest: 'd', content }]).get('made');
    const request = { method: 'GET', headers: new Headers() } as Request;
    expect(made?.respond(request, 0).body).toEqual(content);
  });

  it('come compressed to who can read that, each with a tag of its own', () => {
    const br = ask('', { 'accept-encoding': 'gzip, br' });
    const gzip = ask('', { 'accept-encoding': 'gzip' });
    const plain = ask('');
    expect(brotliDecompressSync(br.body as Uint8Array)).toEqual(page);
    expect(gunzipSync(gzip.body as Uint8Array)).toEqual(page);
    expect(br.headers?.get('content-encoding')).toBe('br');
    expect(plain.headers?.has('content-encoding')).toBe(false);
    expect(new Set([br, gzip, plain].map(tagOf)).size).toBe(3);
    for (const { headers } of [br, gzip, plain]) {
      expect(headers?.get('vary')).toBe('accept-encoding');
      expect(headers?.get('x-extra')).toBe('yes');
    }
  });

  it('come as they are when that is as short', () => {
    const { headers } = ask('deep/note.txt', { 'accept-encoding': 'br' });
    expect(headers?.has('content-encoding')).toBe(false);
    expect(headers?.has('vary')).toBe(false);
  });

  it('need not come again', () => {
    const first = ask('', { 'accept-encoding': 'br' });
    const again = ask('', { 'accept-encoding': 'br', 'if-none-match': tagOf(first) });
    expect(again.status).toBe(304);
    expect(again.body).toBeUndefined();
    expect(tagOf(again)).toBe(tagOf(first));
    expect(again.headers?.get('cache-control')).toBe('no-cache');
    expect(again.headers?.has('content-type')).toBe(false);
    expect(ask('', { 'if-none-match': tagOf(first) }).status).toBe(200);
    expect(ask('', { 'if-match': '"other"' }).status).toBe(412);
  });

  it('come in parts', () => {
    const { status, headers, body } = ask('', { range: 'bytes=2-8', 'accept-encoding': 'br' });
    expect([status, headers?.get('content-range')]).toEqual([206, `bytes 2-8/${page.length}`]);
    expect(body).toEqual(new Uint8Array(page.subarray(2, 9)));
    expect(ask('', { range: 'bytes=2-8' }, 'HEAD').status).toBe(200);
    expect(ask('', { range: 'bytes=2-8', 'if-range': '"other"' }).status).toBe(200);
    expect(ask('', { range: 'bytes=2-8', 'if-range': tagOf(ask('')) }).status).toBe(206);
    expect(ask('', { range: 'bytes=99999-' }).status).toBe(416);
  });
});
