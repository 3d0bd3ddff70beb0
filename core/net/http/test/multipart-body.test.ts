import { encodeLatin1 } from '@atoll/bytes/latin1';
import { expect, it } from 'vitest';
import type { Response } from '../src/message.ts';
import { readMultipart } from '../src/multipart.ts';
import { Bench, parts } from './kit.ts';

const FORM = '--b\r\nContent-Disposition: form-data; name=a\r\n\r\nhello\r\n--b--';
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** What a server says of a form that comes octet by octet; it wants so many octets of data. */
async function answer(form: string, length: number, wanted = 100): Promise<string> {
  const bench = new Bench(async ({ body }): Promise<Response> => {
    let size = 0;
    const read = await readMultipart(body, 'b', (event) => {
      if (event.kind === 'data') size += event.bytes.length;
      return size <= wanted;
    });
    return { status: 200, body: encodeLatin1(read.ok ? `${size}` : read.error.reason) };
  });
  const connection = bench.connect();
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
  for (const octet of head + form) connection.send(octet);
  await settled();
  if (length > form.length) connection.close('reset');
  await settled();
  return parts(connection.taken()).body;
}

it('a form is read while it comes', async () => {
  expect(await answer(FORM, FORM.length)).toBe('5');
});

it('a form that is not whole, or not wanted, is a failure', async () => {
  expect(await answer(FORM.slice(0, -2), FORM.length - 2)).toBe('the form is not whole');
  expect(await answer(FORM, FORM.length, 3)).toBe('the rest of the form is not wanted');
  expect(await answer('--bxy', 5)).toBe('a boundary in a longer line');
});
