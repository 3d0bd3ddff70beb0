import { createHash, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Namespace } from '@atoll/testbed/namespace';
import type { BrowserContext } from 'playwright-core';
import { chromium } from 'playwright-core';
import { SERVER } from './bed.ts';

/**
 * Chromium without a window, on `host`, with its files in `folder`. Of certificates whose authority it does not know it
 * takes `trusted`, in PEM.
 */
export function startChromium(
  host: Namespace,
  folder: string,
  trusted: string,
  options: { readonly javaScriptEnabled?: boolean } = {},
): Promise<BrowserContext> {
  mkdirSync(folder);
  const program = join(folder, 'chromium');
  writeFileSync(program, `#!/bin/sh\nexec ${host.inside(['chromium', '"$@"']).join(' ')}\n`);
  chmodSync(program, 0o755);
  return chromium.launchPersistentContext(join(folder, 'profile'), {
    ...options,
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      `--ignore-certificate-errors-spki-list=${keyDigest(trusted)}`,
      `--host-resolver-rules=MAP pinata.internal ${SERVER}`,
    ],
  });
}

/** The certificate that the server at `place` shows, in PEM. */
export async function certificateOf(host: Namespace, place: string): Promise<string> {
  const { stdout } = await host.run(['openssl', 's_client', '-connect', place, '-showcerts']);
  const [pem] = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/.exec(stdout) ?? [];
  if (pem === undefined) throw new Error(stdout);
  return pem;
}

/** SHA-256 of the SubjectPublicKeyInfo in a certificate, in Base64. */
function keyDigest(pem: string): string {
  const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}
