import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger, networkText } from '../src/ledger.ts';
import { html } from '../src/page/html.ts';
import { renderCounters, renderVisits } from '../src/page/live.ts';

const NOW = 1_795_000_000_000;

describe('html', () => {
  it('escapes what is put in, and nothing else', () => {
    const inner = html`<b>${'<&>"\''}</b>`;
    expect(html`<p title="${'"'}">${inner}${[inner, inner]}${7}</p>`.text).toBe(
      `<p title="&quot;">${'<b>&lt;&amp;&gt;&quot;&#39;</b>'.repeat(3)}7</p>`,
    );
  });

  it('lets no text become markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = html`${text}`.text;
        expect(escaped).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
        expect(escaped).not.toContain('\0');
      }),
    );
  });
});

describe('Ledger', () => {
  it('tells how handshakes ended', () => {
    const ledger = new Ledger([1, 2], NOW);
    const [a, b, c, d] = Array.from({ length: 4 }, () => ledger.enter(1, 0x0a01_0203, NOW));
    for (const entry of [a, b, c]) entry.trace('< ClientHello');
    a.opened();
    b.failed({ blame: 'peer', alert: 48, reason: 'nobody knows it' } as never);
    c.failed({ blame: 'alert', alert: 42, reason: 'the peer sent bad_certificate' } as never);
    d.failed({ blame: 'peer', reason: 'silence' });
    // What opened stays open, whatever its end.
    a.failed({ blame: 'peer', reason: 'it was cut' });
    ledger.decline(2);
    expect(ledger.tallies.get(1)).toEqual({
      ...{ connections: 4, handshakes: 3, opened: 1, refused: 1, left: 2 },
    });
    expect(ledger.tallies.get(2)).toMatchObject({ connections: 1, handshakes: 0 });
    expect(ledger.visits.map(({ outcome, reason }) => `${outcome} ${reason}`)).toEqual([
      'left the peer sent bad_certificate',
      'refused unknown_ca: nobody knows it',
      'opened ',
    ]);
    expect(() => ledger.enter(3, 0, NOW)).toThrow(RangeError);
  });

  it('keeps the last sixteen, 24 messages of each, and no long ones', () => {
    const ledger = new Ledger([1], NOW);
    for (let visit = 1; visit <= 100; visit++) {
      const entry = ledger.enter(1, BigInt(visit), NOW);
      for (let line = 0; line < 100; line++) entry.trace(`< ${'x'.repeat(100_000)}`);
      entry.failed({ blame: 'peer', reason: 'y'.repeat(100_000) });
    }
    expect(ledger.visits.map(({ number }) => number)).toEqual(
      Array.from({ length: 16 }, (_, at) => 100 - at),
    );
    expect(JSON.stringify(ledger.visits).length).toBeLessThan(300_000);
    expect(renderVisits(ledger).text.length).toBeLessThan(300_000);
  });

  it('says networks, not addresses', () => {
    expect(networkText(0xc0a8_0117)).toBe('192.168.1.0/24');
    expect(networkText(0x2001_0db8_0001_0002_0003_0004_0005_0006n)).toBe('2001:db8:1::/48');
    expect(networkText((3n << 128n) + (0xfe80n << 112n) + 7n)).toBe('fe80::/48');
  });

  it('is written for people, whatever peers send', () => {
    const ledger = new Ledger([10_000], NOW);
    const entry = ledger.enter(10_000, 0x0a01_0203, NOW);
    entry.trace('< ClientHello, serverName <script>alert(1)</script>');
    entry.trace('> ServerHello');
    const visits = renderVisits(ledger).text;
    expect(visits).toContain('<b>Peer:</b> ClientHello, serverName &lt;script&gt;alert(1)');
    expect(visits).toContain('<b>Pinata:</b> ServerHello');
    expect(visits).toContain(
      'class="outcome under-way">under way</span> port 10000, from 10.1.2.0/24',
    );
    expect(renderCounters(ledger).text).toContain(
      '<th scope="row">10000</th><td>1</td><td>1</td><td>0</td><td>0</td><td>0</td>',
    );
    expect(renderVisits(new Ledger([], NOW)).text).toBe('<p>Nobody has tried yet.</p>');
  });
});
