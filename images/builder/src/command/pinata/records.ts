/** What one in the middle sees of TLS: types and lengths of records (RFC 8446, 5.1), and what is not encrypted. */

/** Says what goes by in one direction. */
export class RecordWatcher {
  /** Octets of records that were encrypted. */
  hidden = 0;
  readonly #say: (line: string) => void;
  #bytes = Buffer.alloc(0);

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  see(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= HEADER) {
      const end = HEADER + this.#bytes.readUInt16BE(3);
      if (this.#bytes.length < end) return;
      this.#record(this.#bytes[0], this.#bytes.subarray(HEADER, end));
      this.#bytes = this.#bytes.subarray(end);
    }
  }

  #record(type: number, content: Buffer): void {
    if (type === CIPHERTEXT) this.hidden += content.length;
    this.#say(`${String(content.length).padStart(6)} bytes  ${describe(type, content)}`);
  }
}

function describe(type: number, content: Buffer): string {
  switch (type) {
    case 20:
      return 'change_cipher_spec, which means nothing';
    case 21:
      return `alert ${content[1]}, in the clear`;
    case 22:
      return `${MESSAGES.get(content[0]) ?? `message ${content[0]}`}, in the clear`;
    case CIPHERTEXT:
      return 'encrypted';
    default:
      return `a record of type ${type}`;
  }
}

const HEADER = 5;
const CIPHERTEXT = 23;
const MESSAGES: ReadonlyMap<number, string> = new Map([
  [1, 'ClientHello'],
  [2, 'ServerHello'],
]);
