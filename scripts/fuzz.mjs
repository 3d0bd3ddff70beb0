// `npm run fuzz [INPUTS [PATTERN…]]`: every fuzz test with a million inputs each, or as many as asked for.
import { root, run } from './setup.mjs';

const [inputs = '1000000', ...patterns] = process.argv.slice(2);
const files = patterns.length > 0 ? patterns : ['fuzz.test.ts'];
run('pnpm', ['exec', 'vitest', 'run', '--project', 'unit', '--testTimeout=0', ...files], {
  cwd: root,
  env: { ...process.env, ATOLL_FUZZ: inputs },
});
