import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ping } from '@atoll/testbed/client/ping';
import type { Received } from '@atoll/testbed/client/rsyslog';
import { Rsyslog } from '@atoll/testbed/client/rsyslog';
import { onEach } from '@atoll/testbed/each';
import { eventually } from '@atoll/testbed/poll';
import { lacks } from '@atoll/testbed/requirements';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALL, CLIENT, EchoBed, SERVER } from './bed.ts';

describe.skipIf(lacks('openssl', 'rsyslogd'))('with rsyslog', () => {
  let folder: string;
  let ca: string;
  let fingerprint: string;
  const path = (name: string) => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'atoll-syslog-'));
    const openssl = (...words: string[]) =>
      execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const authority = ['-x509', '-subj', '/CN=Test CA', '-keyout', 'ca.key', '-out', 'ca.pem'];
    openssl('req', ...key, ...authority);
    openssl(
      ...['req', ...key, '-x509', '-subj', '/CN=collector', '-CA', 'ca.pem', '-CAkey', 'ca.key'],
      ...['-addext', `subjectAltName=IP:${CLIENT}`, '-addext', 'basicConstraints=CA:false'],
      ...['-keyout', 'collector.key', '-out', 'collector.pem'],
    );
    ca = openssl('x509', '-in', 'ca.pem', '-outform', 'der').toString('base64');
    const text = openssl('x509', '-in', 'collector.pem', '-noout', '-fingerprint', '-sha256');
    fingerprint = text.toString().trim().split('=')[1];
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  onEach(ALL, ['ping'], (target) => {
    let bed: EchoBed;
    let rsyslog: Rsyslog;
    beforeEach(() => {
      bed = new EchoBed(target);
      rsyslog = new Rsyslog(bed.client, {
        authority: path('ca.pem'),
        certificate: path('collector.pem'),
        key: path('collector.key'),
      });
    });
    afterEach(async () => {
      await bed.stop();
      await rsyslog.remove();
    });

    const run = async (...words: string[]) => {
      const log = ['--log=debug', `--ipv4=${SERVER}/24`];
      bed.server.launch({ words: [...log, ...words], memory: 64 });
      expect(await eventually(async () => (await ping(bed.client, SERVER)) === 3)).toBe(true);
    };

    it.each([
      ['udp', () => [`--syslog=udp://${CLIENT}`]],
      ['tcp', () => [`--syslog=tcp://${CLIENT}:601`]],
      ['tls', () => [`--syslog=tls://${CLIENT}`, `--syslog-ca=${ca}`]],
      ['tls', () => [`--syslog=tls://${CLIENT}#sha256=${fingerprint}`]],
      ['gnutls', () => [`--syslog=tls://${CLIENT}:6515`, `--syslog-ca=${ca}`]],
    ])('gets over %s what the console gets', async (input, words) => {
      await rsyslog.start();
      await run(...words());
      // Neighbor Discovery of our own goes on for a second or more.
      const isWhole = () => {
        const logged = linesOf(bed.server.console);
        return logged.length > 2 && rsyslog.received().length >= logged.length;
      };
      expect(await eventually(async () => isWhole())).toBe(true);
      const received = rsyslog.received();
      expect(received.map(lineOf)).toEqual(linesOf(bed.server.console).slice(0, received.length));
      for (const [at, one] of received.entries()) {
        expect(one).toMatchObject({ input, facility: 'daemon', application: 'echo' });
        expect(one.hostname).toBe(SERVER);
        expect(one.data).toMatch(
          new RegExp(
            `^\\[timeQuality .*\\[origin software="echo" .*\\[meta sequenceId="${at + 1}"`,
          ),
        );
        expect(Math.abs(Date.parse(one.time) - Date.now())).toBeLessThan(600_000);
      }
    });

    it('gets over TCP what was logged while it was away, and goes on when it comes back', async () => {
      await run(`--syslog=tcp://${CLIENT}:601`);
      expect(rsyslog.received()).toEqual([]);
      await rsyslog.start();
      const count = async () => rsyslog.received().length > 2;
      expect(await eventually(count)).toBe(true);
      expect(rsyslog.received().map(lineOf)).toEqual(
        linesOf(bed.server.console).slice(0, rsyslog.received().length),
      );
      expect(bed.server.console).toMatch(/warning syslog: tcp:.*refused; log lines wait/);
      expect(bed.server.console).toMatch(/info {4}syslog: log lines go to tcp:/);
    });

    it('says nothing to somebody else', async () => {
      await rsyslog.start();
      await run(`--syslog=tls://${CLIENT}#sha256=${fingerprint.replace(/^../, 'AA')}`);
      const complaint = /warning syslog: tls:.*the certificate has another fingerprint/;
      expect(await eventually(async () => complaint.test(bed.server.console))).toBe(true);
      expect(rsyslog.received()).toEqual([]);
    });
  });
});

/** What a console says, apart from time and what is about the collector. */
function linesOf(console: string): string[] {
  return console
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => /^\[ *[\d.]+\] (.*)$/.exec(line.replace('\r', ''))?.[1] ?? [])
    .filter((line) => !/^\w+ +syslog: /.test(line));
}

/** The same line, of what the collector got. */
function lineOf({ severity, messageId, text }: Received): string {
  const level = { err: 'error', warning: 'warning', info: 'info', debug: 'debug' }[severity] ?? '?';
  const source = messageId === '-' ? '' : `${messageId}: `;
  return `${level.padEnd(7)} ${source}${text}`;
}
