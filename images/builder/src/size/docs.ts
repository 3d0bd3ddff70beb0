/** `pnpm docs:size`: builds all appliances for `unix`, and writes docs/size.md and its pictures. */
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureEngine } from '../engine.ts';
import { buildImage } from '../image.ts';
import { apps, ROOT } from '../workspace.ts';
import { partsOf } from './division.ts';
import { linesOf } from './lines.ts';
import type { Measured } from './page.ts';
import { sizePage } from './page.ts';
import { drawTreemap, kilobytes } from './treemap.ts';

await ensureEngine();
const measured: Measured[] = [];
for (const app of await apps()) {
  const { path, manifest } = await buildImage({ app, target: 'unix' });
  const { size } = await stat(path);
  const parts = partsOf(manifest.sizes);
  const { compiler } = manifest.inputs;
  measured.push({ name: app.name, size, parts, lines: await linesOf(app), compiler });
  const picture = drawTreemap(`${app.name}.unix: ${kilobytes(size)}`, parts);
  await writeFile(join(ROOT, `docs/pictures/size-${app.name}.svg`), picture);
}
await writeFile(join(ROOT, 'docs/size.md'), sizePage(measured));
