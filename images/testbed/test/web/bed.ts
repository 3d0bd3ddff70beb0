import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from '@atoll/builder/image';
import type { Target as TargetName } from '@atoll/builder/target';
import { TARGETS } from '@atoll/builder/target';
import type { Host } from '../../src/lan.ts';
import { Lan } from '../../src/lan.ts';
import { removedAtExit } from '../../src/leftovers.ts';
import { eventually } from '../../src/poll.ts';
import { lacks } from '../../src/requirements.ts';
import { Server } from '../../src/server.ts';
import type { ImageTargets } from '../../src/target/images.ts';
import { imagesOf } from '../../src/target/images.ts';
import type { Target } from '../../src/target/target.ts';

export const SERVER = '10.0.0.2';
export const PAGE = readFileSync(join(import.meta.dirname, 'pages/index.html'), 'utf8');

const APP = { name: 'web', folder: import.meta.dirname };

/** The web server, built for `targets`. */
export async function webImages(targets: readonly TargetName[] = TARGETS): Promise<ImageTargets> {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-web-images-'));
  removedAtExit(() => rmSync(folder, { recursive: true, force: true }));
  if (!lacks('root', 'netns', 'tap', 'cc')) {
    for (const target of targets) {
      const output = join(folder, `web.${target === 'node' ? 'mjs' : target}`);
      await buildImage({ app: APP, target, output });
    }
  }
  return imagesOf('web', folder);
}

/** A network with the web server and Linux as its client. */
export class WebBed {
  readonly lan = new Lan();
  readonly client: Host;
  readonly server: Server;

  constructor(target: Target, words: readonly string[] = []) {
    this.client = this.lan.host('client', '10.0.0.9/24');
    this.server = new Server(this.lan, target, { address: `${SERVER}/24`, words });
  }

  /** Starts the server and waits until it served a page. */
  async start(memory = 32): Promise<void> {
    await this.server.launch({ memory }).says(/ready: /, 20_000);
    const command = ['curl', '-s', '-o', '/dev/null', urlOf('/')];
    await eventually(async () => (await this.client.run(command)).status === 0, 20_000);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    this.lan.remove();
  }

  /** What curl writes, and what it says about the exchange. */
  async curl(path: string, ...words: string[]): Promise<{ body: string; said: string }> {
    const said = '%{stderr}%{http_code} %header{etag}|%header{allow}|%header{content-range}';
    const command = ['curl', '-sS', '-w', said, ...words, urlOf(path)];
    const { status, stdout, stderr } = await this.client.run(command);
    if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
    return { body: stdout, said: stderr };
  }

  /** The status lines that come back for `text`, sent as it is. */
  async raw(text: string): Promise<string[]> {
    const command = ['nc', '-N', '-w', '5', SERVER, '80'];
    const { stdout } = await this.client.run(command, { input: text });
    return stdout.match(/^HTTP\/1\.1 \d+/gm)?.map((line) => line.slice(9)) ?? [];
  }
}

export function urlOf(path: string): string {
  return `http://${SERVER}${path}`;
}
