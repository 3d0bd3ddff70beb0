import type { Published } from './net.ts';
import { FrontendState, parseState, STATE } from './state.ts';
import type { StoreClient } from './store/client.ts';

/** A device as its frontend sees it. */
export interface FrontendDevice {
  /** Prepares for a backend in `domain`, whose directory is `path`; `undefined` when that cannot be. */
  connect(domain: number, path: string): Published | undefined;
  disconnect(): void;
  /** The same after a resume, when nothing is shared any more. */
  forget(): void;
}

/**
 * Keeps one device connected to whatever backend the tools give it, as xenstore says. It looks only at what is
 * there now, not at what happened: changes that come together are one.
 */
export class Frontend {
  readonly #store: StoreClient;
  readonly #path: string;
  readonly #device: FrontendDevice;
  readonly #complain: (reason: string) => void;
  readonly #state = new FrontendState();
  #backend = '';
  #unwatch: (() => void) | undefined;
  #isBusy = false;
  #isStale = false;

  /** `path` is the frontend's directory, such as `device/vif/0`. */
  constructor(
    store: StoreClient,
    path: string,
    device: FrontendDevice,
    complain: (reason: string) => void,
  ) {
    this.#store = store;
    this.#path = path;
    this.#device = device;
    this.#complain = complain;
  }

  get isConnected(): boolean {
    return this.#state.own === STATE.connected;
  }

  /** Follows the device from now on. */
  async start(): Promise<void> {
    await this.#store.watch(`${this.#path}/backend`, () => void this.#look());
  }

  /** After a resume, nobody knows us, nor what we shared: what is watched again says what is there now. */
  restart(): void {
    this.#device.forget();
    this.#backend = '';
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#state.own = STATE.unknown;
  }

  /** Leaves a backend that breaks the rules; it may come back by starting anew. */
  async leave(): Promise<void> {
    await this.#disconnect();
  }

  /** Does what the backend's state asks for, again when it changes meanwhile. */
  async #look(): Promise<void> {
    this.#isStale = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#isStale) {
      this.#isStale = false;
      await this.#follow();
      await this.#act();
    }
    this.#isBusy = false;
  }

  /** Watches the backend that the device has now. */
  async #follow(): Promise<void> {
    const backend = (await this.#store.read(`${this.#path}/backend`)) ?? '';
    if (backend === this.#backend) return;
    this.#unwatch?.();
    this.#unwatch = undefined;
    if (this.#backend !== '') this.#device.disconnect();
    this.#backend = backend;
    // Tools that replace the device have written our state themselves.
    this.#state.own = parseState(await this.#store.read(`${this.#path}/state`));
    if (this.#state.own === STATE.connected) this.#state.own = STATE.unknown;
    if (backend === '') return;
    this.#unwatch = await this.#store.watch(`${backend}/state`, () => void this.#look());
  }

  async #act(): Promise<void> {
    if (this.#backend === '') return;
    const backend = parseState(await this.#store.read(`${this.#backend}/state`));
    switch (this.#state.handle(backend)) {
      case 'connect':
        await this.#connect();
        return;
      case 'disconnect':
        await this.#disconnect();
        this.#isStale = true;
        return;
      case 'restart':
        await this.#tell(STATE.initialising);
        this.#isStale = true;
        return;
      default:
    }
  }

  async #connect(): Promise<void> {
    const domain = Number(await this.#store.read(`${this.#path}/backend-id`));
    if (!Number.isInteger(domain)) return;
    const published = this.#device.connect(domain, this.#backend);
    if (published === undefined) {
      this.#complain(`${this.#path}: no memory to share with domain ${domain}`);
      await this.#tell(STATE.closed);
      return;
    }
    const values = Object.entries(published).map(([name, value]) => [
      `${this.#path}/${name}`,
      value,
    ]);
    const written = await this.#store.writeAll(Object.fromEntries(values));
    if (!written.ok) {
      this.#complain(`${this.#path}: xenstore refuses: ${written.error}`);
      this.#device.disconnect();
      return;
    }
    await this.#tell(STATE.connected);
  }

  async #disconnect(): Promise<void> {
    this.#device.disconnect();
    await this.#tell(STATE.closing);
    await this.#tell(STATE.closed);
  }

  async #tell(state: number): Promise<void> {
    this.#state.own = state;
    await this.#store.write(`${this.#path}/state`, `${state}`);
  }
}
