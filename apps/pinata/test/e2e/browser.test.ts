import { join } from 'node:path';
import { onEach } from '@atoll/testbed/each';
import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { node, PinataBed, SERVER, unix } from './bed.ts';
import { certificateOf, startChromium } from './browser.ts';

const PAGE = 'https://pinata.internal/';
const SCHEMES = ['light', 'dark'] as const;
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 375, height: 700 };

onEach([node, unix], ['chromium', 'openssl', 'curl'], (target) => {
  let bed: PinataBed;
  let browser: BrowserContext;
  let page: Page;
  /** What the console of the page said, and what it could not get. */
  const complaints: string[] = [];
  beforeAll(async () => {
    bed = new PinataBed(target);
    await bed.start();
    const trusted = await certificateOf(bed.client, `${SERVER}:443`);
    browser = await startChromium(bed.client, join(bed.lan.folder, 'browser'), trusted);
    page = await browser.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('requestfailed', (request) => complaints.push(request.url()));
  });
  afterAll(async () => {
    await browser.close();
    await bed.stop();
  });

  /** A handshake that is refused. */
  async function tryInVain(): Promise<void> {
    const client = bed.client.start(['openssl', 's_client', '-connect', `${SERVER}:10000`], {
      keepInput: true,
    });
    await client.says(/SSL alert number 116/);
    await client.stop();
  }

  const refused = () => page.locator('tr', { hasText: '10000' }).locator('td').nth(2).textContent();

  it('loads over TLS 1.3, with nothing from elsewhere', async () => {
    const urls: string[] = [];
    page.on('request', (request) => urls.push(request.url()));
    const response = await page.goto(PAGE);
    expect(response?.status()).toBe(200);
    expect((await response?.securityDetails())?.protocol).toBe('TLS 1.3');
    expect(await page.evaluate(PROTOCOL)).toBe('h2');
    await page.getByText('The numbers below follow what happens.').waitFor();
    expect(urls.every((url) => url.startsWith(PAGE))).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('follows what happens, and leaves open what was opened', async () => {
    await page.goto(PAGE);
    const before = Number(await refused()) + 1;
    await tryInVain();
    await expect.poll(refused).toBe(String(before));
    await page.locator('summary').first().click();
    await tryInVain();
    await expect.poll(refused).toBe(String(before + 1));
    await expect.poll(() => page.locator('details').count()).toBe(before + 1);
    expect(await page.locator('details[open]').count()).toBe(1);
    expect(await page.locator('details[open]').textContent()).toContain('certificate_required');
  });

  it('shows the same without a script', async () => {
    const trusted = await certificateOf(bed.client, `${SERVER}:443`);
    const folder = join(bed.lan.folder, 'plain');
    const plain = await startChromium(bed.client, folder, trusted, { javaScriptEnabled: false });
    const still = await plain.newPage();
    await still.goto(PAGE);
    const table = await still.locator('table').textContent();
    await tryInVain();
    await still.getByRole('link', { name: 'ask again' }).click();
    await expect.poll(() => still.locator('table').textContent()).not.toBe(table);
    await plain.close();
  });

  describe.each(SCHEMES)('in %s colours', (colorScheme) => {
    it.each([DESKTOP, PHONE])('can be used by all, at $width pixels', async (viewport) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await page.goto(PAGE);
      await page.locator('summary').first().click();
      // The tool comes from here, not from the page, whose policy allows no other scripts.
      const found = await page.evaluate(`${axe.source}; axe.run()`);
      const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] };
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      // Nothing is wider than the window.
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
    });
  });

  it('can be used with the keyboard alone', async () => {
    await page.goto(PAGE);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(FOCUSED)).toBe('To the rules');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toBe(`${PAGE}#main`);
    await page.getByText('The numbers below follow what happens.').waitFor();
    await page.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('details[open]').count()).toBe(1);
  });
});

const PROTOCOL = `performance.getEntriesByType('navigation')[0].nextHopProtocol`;
const FOCUSED = 'document.activeElement.textContent';
