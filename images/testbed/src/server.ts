import { readFileSync } from 'node:fs';
import { Probe } from './client/probe.ts';
import type { Host, Lan } from './lan.ts';
import { Running } from './process.ts';
import type { Place, Service, StartOptions, Target } from './target/target.ts';
import { bareAddress } from './target/target.ts';

/** A target on a network: started, watched, started again. It keeps its addresses. */
export class Server {
  readonly target: Target;
  /** Without the length of the prefix. */
  readonly address: string;
  readonly mac: string;
  readonly #place: Place;
  readonly #port: number;
  #program: Running | undefined;

  constructor(lan: Lan, target: Target, service: Service) {
    this.target = target;
    this.address = bareAddress(service.address);
    this.#place = target.plugIn(lan, service);
    this.mac = this.#place.mac;
    this.#port = service.port ?? 53;
  }

  /** Starts it and does not wait. */
  launch(options: StartOptions = {}): Running {
    if (this.#program?.alive) throw new Error(`${this.target.name} runs already`);
    this.#program = new Running(this.#place.command(options), { keepInput: true });
    return this.#program;
  }

  /** Starts it and waits until `client` got an answer. */
  async start(client: Host, options: StartOptions = {}): Promise<void> {
    const probe = new Probe(client, this.address, { port: this.#port });
    const program = this.launch(options);
    const answer = await Promise.race([probe.answered(this.target.patienceMs), program.ended]);
    await probe.stop();
    if (typeof answer === 'object') {
      throw new Error(`${program.command.join(' ')}: ended early\n${program.output}`);
    }
  }

  async stop(): Promise<void> {
    await this.#program?.stop();
  }

  /** Ends it as if the machine had failed: it can do nothing more. */
  async kill(): Promise<void> {
    this.#running.signal('SIGKILL');
    await this.#running.ended;
  }

  /** Starts it to let it end by itself; answers its own exit status and what it wrote. */
  async runToEnd(options: StartOptions): Promise<{ status: number | undefined; console: string }> {
    const program = this.launch(options);
    const late = setTimeout(() => program.signal('SIGKILL'), 20_000);
    const ended = await program.ended;
    clearTimeout(late);
    return { status: this.#place.status(ended), console: program.output };
  }

  get pid(): number {
    return this.#running.pid;
  }

  get alive(): boolean {
    return this.#program?.alive ?? false;
  }

  /** Everything it wrote since it was started. */
  get console(): string {
    return this.#program?.output ?? '';
  }

  /** Resident memory of the process now, in KiB: for virtio that of QEMU. */
  memory(): number {
    return Number(this.status('VmRSS')?.split(' ')[0]);
  }

  /** Processor time used by the process so far, in seconds. */
  processorTime(): number {
    return this.#running.processorTime();
  }

  /** One field of the process's status in /proc, such as `Seccomp`. */
  status(field: string): string | undefined {
    const status = readFileSync(`/proc/${this.pid}/status`, 'latin1');
    return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(status)?.[1];
  }

  get #running(): Running {
    if (this.#program === undefined) throw new Error(`${this.target.name} was not started`);
    return this.#program;
  }
}
