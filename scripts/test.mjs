// `npm test`: set-up, barriers, images, then every test. The last line counts them.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_PACKAGES, root, setUp, TEST_PACKAGES } from './setup.mjs';

const STEPS = [
  ['barriers', ['run', 'lint']],
  ['engine', ['exec', 'turbo', 'run', 'build', '--output-logs=new-only']],
  ['images', ['--filter', './apps/*', 'build']],
];
// Simulations and parsers first; images and real clients have the machine to themselves afterwards.
const PROJECTS = ['unit', 'e2e'];

setUp([...BUILD_PACKAGES, ...TEST_PACKAGES]);

const count = { passed: 0, failed: 0, skipped: 0 };
for (const [what, args] of STEPS) {
  console.log(`\n== ${what}`);
  if (pnpm(args) !== 0) {
    count.failed++;
    console.log(`failed: ${what}`);
  }
}
for (const project of PROJECTS) {
  console.log(`\n== ${project} tests`);
  const report = join(root, 'node_modules', `.vitest-${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const status = pnpm(['exec', 'vitest', 'run', '--project', project, ...reporters]);
  addReport(report, status);
}
console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed === 0 ? 0 : 1);

function pnpm(args) {
  return spawnSync('pnpm', args, { cwd: root, stdio: 'inherit' }).status;
}

function addReport(file, status) {
  let failed = 1;
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    count.passed += report.numPassedTests;
    count.skipped += report.numPendingTests + report.numTodoTests;
    failed = report.numFailedTests;
  } catch (error) {
    console.log(`no report of the tests: ${error.message}`);
  }
  // A file that could not even be loaded fails the run without failing a test.
  count.failed += status === 0 ? failed : Math.max(failed, 1);
}
