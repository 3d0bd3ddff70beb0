// `npm start`: DNSvizor as a Node.js process, on loopback, without root.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, run, setUp } from './setup.mjs';

const PORT = 5353;

setUp();
run('pnpm', ['--silent', '--filter', 'dnsvizor', 'build:node']);

console.log(`
DNSvizor is about to serve DNS on 127.0.0.1 port ${PORT}. In another terminal, try:

  dig @127.0.0.1 -p ${PORT} router.lan
  dig @127.0.0.1 -p ${PORT} anything.ads.example +tcp

Ctrl-C stops it. On a network of its own it also leases addresses: see apps/dnsvizor/README.md.
`);

const server = spawn(
  process.execPath,
  [
    join(root, 'apps', 'dnsvizor', 'dist', 'dnsvizor.mjs'),
    `--udp:53=127.0.0.1:${PORT}`,
    `--tcp:53=127.0.0.1:${PORT}`,
    '--',
    '--domain=lan',
    '--host-record=router.lan,10.0.0.1',
    '--address=/ads.example/',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
// The terminal sends Ctrl-C to both of us: the server ends, and we end with its status.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
server.on('exit', (status) => process.exit(status ?? 1));
