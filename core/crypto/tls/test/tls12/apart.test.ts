import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../../src');

it('nothing of TLS 1.2 is in a bundle that does not import it', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('tls12'),
  );
  const imports = files.flatMap((file) => {
    const text = readFileSync(join(SRC, file), 'utf8');
    return text.match(/^(import|export)\b[^;]*tls12\/[^;]*;/gm) ?? [];
  });
  expect(imports.length).toBe(2);
  // These are types, of which no bundle has anything.
  for (const line of imports) expect(line).toMatch(/^import type /);
});
