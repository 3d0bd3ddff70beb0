import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lacks, which } from '@atoll/testbed/requirements';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const page = readFileSync(
  new URL('../../../../docs/handbook/observing.md', import.meta.url),
  'utf8',
);

/** The block of code on the page that has `mark` in it. */
function block(mark: string): string {
  const blocks = [...page.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
  const found = blocks.find((text) => text.includes(mark));
  if (found === undefined) throw new Error(`no block has ${mark}`);
  return found;
}

/** What the programs themselves say of the configurations in the handbook. */
describe('the handbook page', () => {
  let folder: string;
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const run = (program: string, ...words: string[]) =>
    execFileSync(which(program) ?? program, words, { encoding: 'utf8', stdio: 'pipe' });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'atoll-observing-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.skipIf(lacks('promtool'))('has what Prometheus takes', () => {
    const rules = write('atoll.rules.yml', block('groups:'));
    expect(run('promtool', 'check', 'rules', rules)).toContain('SUCCESS: 3 rules found');
    const config = block('scrape_configs:').replace('/etc/prometheus/atoll.rules.yml', rules);
    expect(config).toContain(rules);
    expect(run('promtool', 'check', 'config', write('prometheus.yml', config))).toContain(
      'SUCCESS',
    );
  });

  it.skipIf(lacks('rsyslogd', 'openssl'))('has what rsyslog and OpenSSL take', () => {
    const script = block('openssl req').replace('cd /etc/rsyslog.d', `cd ${folder}`);
    const shown = run('sh', '-e', '-c', script);
    expect(shown).toMatch(/^MII\S+\s*sha256 Fingerprint=(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\n$/i);
    const config = block('module(load="imudp")').replaceAll('/etc/rsyslog.d', folder);
    run('rsyslogd', '-N1', '-f', write('rsyslog.conf', config), '-i', 'NONE');
  });
});
