import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage } from '@atoll/builder/image';
import { ON_SERVER_CORE } from '../../src/contest.ts';
import type { Host, Lan } from '../../src/lan.ts';
import { Server } from '../../src/server.ts';
import { imagesOf } from '../../src/target/images.ts';
import type { Issued } from '../../test/tls/authority.ts';

/** A web server on a network. */
export interface Contestant {
  readonly name: string;
  readonly address: string;
  readonly pid: number;
  /** Seconds used so far by its process. */
  processorTime(): number;
  stop(): Promise<unknown>;
}

/** Octets of the large file. */
export const LARGE = 2 ** 20;

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const APP = { name: 'web-load', folder: join(import.meta.dirname, 'appliance') };
const PAGE = join(import.meta.dirname, '../../test/web/pages/index.html');

/** Our image, behind a TAP. */
export async function image(lan: Lan, client: Host, issued: Issued): Promise<Contestant> {
  await buildImage({ app: APP, target: 'unix', output: join(DIST, 'web-load.unix') });
  const { unix } = imagesOf('web-load', DIST);
  const address = '10.0.0.2';
  const server = new Server(lan, unix, { address: `${address}/24`, port: 7 });
  const { certificateFile, keyFile } = issued;
  const credentials = [`--certificate=${der(certificateFile)}`, `--key=${der(keyFile)}`];
  const words = [`--ipv4=${address}/24`, ...credentials];
  await server.start(client, { through: ON_SERVER_CORE, words, memory: 64 });
  return {
    name: 'unix',
    address,
    pid: server.pid,
    processorTime: () => server.processorTime(),
    stop: () => server.stop(),
  };
}

/** One process of nginx, which writes no log. */
export async function nginx(lan: Lan, address: string, issued: Issued): Promise<Contestant> {
  const { folder } = lan;
  writeFileSync(join(folder, 'index.html'), readFileSync(PAGE));
  writeFileSync(join(folder, 'large'), new Uint8Array(LARGE).fill(0x2e));
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration(folder, issued));
  const host = lan.host('nginx', `${address}/24`);
  const running = host.start([...ON_SERVER_CORE, 'nginx', '-e', 'stderr', '-c', file]);
  return {
    name: 'nginx',
    address,
    pid: running.pid,
    processorTime: () => running.processorTime(),
    stop: () => running.stop(),
  };
}

function configuration(folder: string, { certificateFile, keyFile }: Issued): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off;
    master_process off;
    pid ${folder}/nginx.pid;
    events { worker_connections 1024; }
    http {
      access_log off;
      sendfile on;
      tcp_nopush on;
      keepalive_requests 1000000000;
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
      server {
        listen 80;
        listen 443 ssl http2;
        root ${folder};
        ssl_certificate ${certificateFile};
        ssl_certificate_key ${keyFile};
        ssl_protocols TLSv1.3;
        ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
      }
    }`;
}

/** The Base64 in a PEM file. */
function der(file: string): string {
  const lines = readFileSync(file, 'latin1').split('\n');
  return lines.filter((line) => !line.startsWith('-')).join('');
}
