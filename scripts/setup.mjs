// Prepares a checkout: Debian's packages, pnpm, and the dependencies from npm. Safe to run again.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const PNPM = 'pnpm@12.21.0';
const POLICY = '/usr/sbin/policy-rc.d';

/** What compiles images. */
export const BUILD_PACKAGES = ['gcc', 'binutils', 'libbearssl-dev', 'libsodium-dev', 'libssl-dev'];

/** The real clients, peers and machines of the tests. */
export const TEST_PACKAGES = [
  'bind9-dnsutils',
  'chromium',
  'curl',
  'dnsmasq-base',
  'dnsperf',
  'gnutls-bin',
  'iperf3',
  'openssl',
  'iproute2',
  'iputils-ping',
  'isc-dhcp-client',
  'kea-admin',
  'netcat-openbsd',
  'nginx-light',
  'nghttp2-client',
  'passt',
  'pebble',
  'procps',
  'prometheus',
  'qemu-system-x86',
  'rsyslog',
  'rsyslog-gnutls',
  'rsyslog-openssl',
  'testssl.sh',
  'traceroute',
  'udhcpc',
  'unbound',
  'wrk',
  'xz-utils',
];

/** Makes sure that `packages` and all npm dependencies are there; leaves `pnpm` on the PATH. */
export function setUp(packages = []) {
  checkNode();
  if (packages.length > 0) installDebianPackages(packages);
  ensurePnpm();
  run('pnpm', ['install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn']);
}

/** Runs a command in the root of the checkout with the terminal's output; exits when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) fail(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Node.js ${process.versions.node} is too old: Atoll needs 20.19 or newer.`);
}

function installDebianPackages(packages) {
  if (!existsSync('/usr/bin/dpkg-query')) {
    console.log(
      `This is not Debian. Atoll's images and tests want what Debian calls: ${packages.join(' ')}`,
    );
    return;
  }
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (process.getuid() !== 0) {
    console.log(
      `Missing Debian packages, install them as root:\n  apt-get install ${missing.join(' ')}`,
    );
    return;
  }
  console.log(`Installing Debian packages: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], { env });
  // Among them are name servers, which must not start by themselves: Debian asks this file.
  const hasPolicy = existsSync(POLICY);
  if (!hasPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const options = ['-y', '-qq', '--no-install-recommends'];
  const quiet = ['-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=300'];
  const { status } = spawnSync('apt-get', ['install', ...options, ...quiet, ...missing], {
    stdio: 'inherit',
    env,
  });
  if (!hasPolicy) rmSync(POLICY);
  if (status !== 0) fail('apt-get install failed');
}

function isInstalled(name) {
  const query = spawnSync('dpkg-query', ['--status', name]);
  return query.stdout.toString().includes('Status: install ok installed');
}

/** turbo wants pnpm on the PATH; where it is missing it goes there for root, into the checkout otherwise. */
function ensurePnpm() {
  const local = join(root, '.tools', 'node_modules', '.bin');
  process.env.PATH = `${process.env.PATH}${delimiter}${local}`;
  if (pnpmMajor() >= 12) return;
  console.log(`Installing ${PNPM}`);
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  if (process.getuid?.() === 0 && npm(['install', '--global', ...quiet, PNPM]) && pnpmMajor() >= 12)
    return;
  process.env.PATH = `${local}${delimiter}${process.env.PATH}`;
  if (!npm(['install', '--prefix', join(root, '.tools'), ...quiet, PNPM]))
    fail(`cannot install ${PNPM}`);
}

function npm(args) {
  return spawnSync('npm', args, { cwd: root, stdio: 'inherit' }).status === 0;
}

function pnpmMajor() {
  try {
    const version = execFileSync('pnpm', ['--version'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number.parseInt(version.toString(), 10);
  } catch {
    return 0;
  }
}

function fail(reason) {
  console.error(reason);
  process.exit(1);
}
