/** The page that `s_server --www` answers with: what was agreed on. */
import type { TlsSocket } from '@atoll/tls-socket/socket';
import { describeConnected } from './report.ts';

/** What a handler is told that answers one request of HTTP/1.x, whatever it asks for. */
export class Page {
  readonly #socket: TlsSocket;
  #request = '';
  #left: Uint8Array | undefined;

  constructor(socket: TlsSocket) {
    this.#socket = socket;
  }

  onReadable(): void {
    const socket = this.#socket;
    for (let bytes = socket.peek(); bytes.length > 0; bytes = socket.peek()) {
      if (this.#left === undefined) this.#request += Buffer.from(bytes).toString('latin1');
      socket.consume(bytes.length);
      if (this.#left === undefined) this.#look();
    }
    if (socket.isFinished) socket.end();
  }

  onWritable(): void {
    if (this.#left === undefined) return;
    this.#left = this.#left.subarray(this.#socket.write(this.#left));
    if (this.#left.length === 0) this.#socket.end();
  }

  #look(): void {
    const isWhole = /\r?\n\r?\n/.test(this.#request);
    if (this.#request.length > LONGEST) this.#answer('431 Request Header Fields Too Large', '');
    else if (isWhole && REQUEST.test(this.#request)) this.#answer('200 OK', this.#page());
    else if (isWhole) this.#answer('400 Bad Request', '');
  }

  #page(): string {
    const { connected } = this.#socket;
    const lines = connected === undefined ? [] : describeConnected(connected);
    const text = escapeHtml(lines.join('\n'));
    return `<!doctype html>\n<title>atoll tls s_server</title>\n<pre>\n${text}\n</pre>\n`;
  }

  #answer(status: string, body: string): void {
    const head = [
      `HTTP/1.1 ${status}`,
      'Content-Type: text/html; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    const isHead = this.#request.startsWith('HEAD ');
    this.#left = Buffer.from(`${head.join('\r\n')}\r\n\r\n${isHead ? '' : body}`);
    this.onWritable();
  }
}

/** Names in certificates are for everybody to choose. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const REQUEST = /^(GET|HEAD) \S+ HTTP\/1\.[01]\r?\n/;
/** Characters of a request that are read. */
const LONGEST = 8192;
