// `npm run lint`: every mechanical barrier. All run; the status is non-zero when one is breached.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './setup.mjs';

const BARRIERS = [
  ['formatting, globals, Node built-ins, cycles', 'biome', ['check', '--error-on-warnings', '.']],
  ['types of effect-free code', 'tsc', ['-p', 'tsconfig.pure.json']],
  ['types of host code', 'tsc', ['-p', 'tsconfig.host.json']],
  ['arrows between packages', 'turbo', ['boundaries']],
  ['unused files, exports and dependencies', 'knip', ['--no-config-hints']],
];

let breached = false;
for (const [what, tool, args] of BARRIERS) {
  const command = join(root, 'node_modules', '.bin', tool);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) breached = true;
  console.log(`${status === 0 ? 'holds   ' : 'BREACHED'} ${what} (${[tool, ...args].join(' ')})`);
}
process.exit(breached ? 1 : 0);
