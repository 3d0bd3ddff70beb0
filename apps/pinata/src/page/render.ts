import { dateText } from '@atoll/http/date';
import type { Ledger } from '../ledger.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { PORTS, renderCounters, renderVisits } from './live.ts';

/** What the page tells beside the ledger. */
export interface PageFacts {
  readonly version: string;
  /** The certificate of the authority, in PEM. */
  readonly pem: string;
  /** SHA-256 of that certificate in DER, in hexadecimal. */
  readonly fingerprint: string;
  /** `P-256`, of all keys. */
  readonly keys: string;
  /** Bytes of the secret. */
  readonly secretLength: number;
}

export function renderPage(facts: PageFacts, ledger: Ledger): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="A bait: break its TLS, and take the secret.">
<meta name="color-scheme" content="light dark">
<title>Pinata: break it, and take what is inside</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
<script src="/script.js" defer></script>
</head>
<body>
<a class="skip" href="#main">To the rules</a>
<header>
<img src="/icon.svg" alt="" width="72" height="72">
<div>
<h1>Pinata</h1>
<p>There is a secret inside. Break the TLS around it, and take it.</p>
</div>
</header>
<main id="main">
${renderRules(facts)}
${renderAuthority(facts)}
<section aria-labelledby="counters-title">
<h2 id="counters-title">What happened so far</h2>
<p>It was started on ${dateText(ledger.startedAt)}. <span id="following">This is how things stood \
when you asked; <a href="/">ask again</a>.</span></p>
<div id="counters" class="wide" role="group" aria-label="Counters by port" tabindex="0">
${renderCounters(ledger)}
</div>
</section>
<section aria-labelledby="handshakes-title">
<h2 id="handshakes-title">The last handshakes, message by message</h2>
<p>The network of a peer is shown, not its address. <a href="/pinata.json">All of this as JSON.</a></p>
<div id="handshakes">
${renderVisits(ledger)}
</div>
</section>
${RELAY}
</main>
<footer><p>Pinata ${facts.version}: an Atoll appliance, a TLS stack in TypeScript without an operating system around it.</p></footer>
</body>
</html>
`;
}

function renderRules({ keys, secretLength }: PageFacts): Html {
  const rows = PORTS.map(([port, what]) => html`<dt>Port ${port}</dt><dd>${what}</dd>\n`);
  return html`<section aria-labelledby="rules-title">
<h2 id="rules-title">The rules</h2>
<p>On three ports the Pinata speaks TLS 1.3 with whoever comes, and sends its secret, ${secretLength} bytes, as soon as
both sides have proved who they are. Both need a certificate from the authority below, each for its own role.</p>
<dl>
${rows}</dl>
<p>The key of the authority was made when this machine started, as were all others (${keys}). It signed three certificates, and is
written down nowhere. Who gets the secret has therefore found a hole: in the protocol, in our code, or in the machine below.
Everything is allowed that goes over these ports and harms nobody else. Tell us how you did it.</p>
</section>`;
}

function renderAuthority({ pem, fingerprint }: PageFacts): Html {
  return html`<section aria-labelledby="authority-title">
<h2 id="authority-title">The authority</h2>
<p>This is the certificate that everything hangs on. Trust it in your browser, and this page is yours over \
TLS without a warning. <a href="/ca.pem" download="pinata-ca.pem">Download it (PEM)</a></p>
<pre tabindex="0" aria-label="Certificate of the authority in PEM">${pem}</pre>
<p>SHA-256: <code>${fingerprint}</code></p>
</section>`;
}

const RELAY = html`<section aria-labelledby="relay-title">
<h2 id="relay-title">It does open, for itself</h2>
<p>Is there a way in at all? There is one: the Pinata is client and server, and has both certificates. Connect to ports 10000 and
10002, and pass on what each of them sends to the other, or let it call you and pass that on to port 10000. Both handshakes succeed, and the
secret goes through your hands, in both directions, encrypted with keys that you do not have.
<code>pnpm atoll pinata relay HOST</code> does that. It shows up above as <em>opened</em>, which is no break: you learned nothing.</p>
</section>`;
