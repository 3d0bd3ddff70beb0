import { createHash } from 'node:crypto';
import { decodeUtf8 } from '@atoll/bytes/utf8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, pageResponse, pageText } from '../src/page.ts';
import { STYLE, STYLE_DIGEST } from '../src/style.ts';

const TITLE = { name: 'lighthouse', summary: 'Shines.' };

describe('a page', () => {
  it('lets in its own style, and nothing else', () => {
    expect(STYLE_DIGEST).toBe(createHash('sha256').update(STYLE).digest('base64'));
    const { headers, body } = pageResponse(TITLE, []);
    expect(headers?.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
    );
    const text = decodeUtf8(body as Uint8Array);
    expect(text).toContain(`<style>${STYLE}</style>`);
    expect(text).not.toMatch(
      /<(script|img|link|iframe|object|form|base)\b|\bstyle=|\bon\w+=|url\(/i,
    );
    // Every reference is relative.
    const references = [...text.matchAll(/\b(?:href|src|action)="([^"]*)"/g)].map(([, to]) => to);
    expect(references).toEqual(['', 'metrics']);
    expect(text).not.toMatch(/https?:|\/\//);
  });

  it('has landmarks, headings in their order, and captions', () => {
    const text = pageText(TITLE, [
      { title: 'Ships', head: ['Name', 'Speed'], rows: [['Beagle', '9 kn']] },
      { title: 'Fog', rows: [], empty: 'None.' },
    ]);
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    for (const element of ['header', 'main', 'footer', 'nav', 'title']) {
      expect(text.match(new RegExp(`<${element}\\b`, 'g'))).toHaveLength(1);
    }
    const headings = [...text.matchAll(/<(h\d)>([^<]*)</g)].map(([, level, name]) => [level, name]);
    expect(headings).toEqual([
      ['h1', 'lighthouse'],
      ['h2', 'Ships'],
      ['h2', 'Fog'],
    ]);
    expect(text).toContain('<caption><h2>Ships</h2></caption>');
    expect(text).toContain('<th scope="col">Name</th><th scope="col">Speed</th>');
    expect(text).toContain('<tr><th scope="row">Beagle</th><td>9 kn</td></tr>');
    expect(text).toContain('<p>None.</p>');
  });

  it('shows texts of strangers as texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (stranger) => {
        const escaped = escapeHtml(stranger);
        expect(escaped).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none.
        expect(escaped).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f]/);
        const text = pageText(TITLE, [
          { title: stranger, head: [stranger], rows: [[stranger, stranger]] },
        ]);
        expect(text.split(escaped === '' ? '\0' : escaped).length).toBeGreaterThanOrEqual(
          escaped === '' ? 1 : 5,
        );
        expect(text.match(/</g)).toHaveLength(
          pageText(TITLE, [{ title: '', head: [''], rows: [['', '']] }]).match(/</g)?.length ?? 0,
        );
      }),
    );
  });

  it.each([
    ['light', /^:root\{[^}]*--back:(#\w+);--text:(#\w+);--soft:(#\w+);[^}]*--link:(#\w+)/],
    ['dark', /dark\)\{:root\{--back:(#\w+);--text:(#\w+);--soft:(#\w+);[^}]*--link:(#\w+)/],
  ])('has enough contrast: %s', (_, pattern) => {
    const [, back, ...others] = pattern.exec(STYLE.replaceAll('\n', '')) ?? [];
    expect(others).toHaveLength(3);
    for (const color of others) expect(contrast(back, color)).toBeGreaterThan(7);
  });
});

/** WCAG 2.2, "contrast ratio". */
function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const digits = color.length === 4 ? color.replace(/\w/g, '$&$&') : color;
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
