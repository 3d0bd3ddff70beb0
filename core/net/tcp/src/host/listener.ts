import type { AcceptConnection, TcpListener } from '@atoll/device/socket';

/** A port on which connections are accepted. */
export class Listener implements TcpListener {
  readonly port: number;
  readonly accept: AcceptConnection;
  /** How many handshakes are under way for it. Beyond the host's `backlog`, SYNs get cookies. */
  halfOpen = 0;
  isClosed = false;
  readonly #onClose: (listener: Listener) => void;

  constructor(port: number, accept: AcceptConnection, onClose: (listener: Listener) => void) {
    this.port = port;
    this.accept = accept;
    this.#onClose = onClose;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#onClose(this);
  }
}
