import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './workspace.ts';

/**
 * Has turbo build the engine, which takes half a minute once and then comes from turbo's cache. Inside a
 * task of turbo it is there already, since builds depend on those of their dependencies.
 */
export async function ensureEngine(): Promise<void> {
  if (process.env.TURBO_HASH !== undefined) return;
  const turbo = join(ROOT, 'node_modules/.bin/turbo');
  const args = ['run', 'build', '--filter=@atoll/engine', '--output-logs=errors-only'];
  const child = spawn(turbo, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const status = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
  if (status !== 0) throw new Error(`the engine could not be built\n${output}`);
}
