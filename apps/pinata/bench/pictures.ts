/** Makes the pictures of the page for the handbook: `pnpm pictures:pinata`, as root. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lacks } from '@atoll/testbed/requirements';
import { PinataBed, SERVER, unix } from '../test/e2e/bed.ts';
import { certificateOf, startChromium } from '../test/e2e/browser.ts';

const FOLDER = join(import.meta.dirname, '../../../docs/pictures');
const WINDOWS = {
  desktop: { width: 1100, height: 800 },
  phone: { width: 375, height: 760 },
} as const;

if (!lacks('root', 'netns', 'tap', 'chromium', 'openssl', 'curl')) await make();

async function make(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const bed = new PinataBed(unix);
  try {
    await bed.start();
    await bed.atoll('pinata', 'relay', SERVER, '--through=10002');
    const intruder = bed.client.start(['openssl', 's_client', '-connect', `${SERVER}:10000`], {
      keepInput: true,
    });
    await intruder.says(/SSL alert number/);
    await intruder.stop();
    await photograph(bed);
  } finally {
    await bed.stop();
  }
}

async function photograph(bed: PinataBed): Promise<void> {
  const trusted = await certificateOf(bed.client, `${SERVER}:443`);
  const browser = await startChromium(bed.client, join(bed.lan.folder, 'browser'), trusted);
  const page = await browser.newPage();
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [name, viewport] of Object.entries(WINDOWS)) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await page.goto('https://pinata.internal/');
      await page.getByText('The numbers below follow what happens.').waitFor();
      if (name === 'phone') {
        await page.locator('summary').first().click();
        await page.evaluate(`document.getElementById('counters-title').scrollIntoView()`);
      }
      await page.screenshot({ path: join(FOLDER, `pinata-${colorScheme}-${name}.png`) });
    }
  }
  await browser.close();
}
