/** The parts of the page that change; they are sent again to who follows. */
import { dateText } from '@atoll/http/date';
import { CALL_PORT, CALLED_PORT, CLIENT_PORT, SERVER_PORT } from '../bait.ts';
import type { Ledger, Tally } from '../ledger.ts';
import type { Visit } from '../visit.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';

export function renderCounters({ tallies, declined }: Ledger): Html {
  const rows = Array.from(tallies, ([port, tally]) => renderTally(port, tally));
  return html`<table>
<caption>Since the start</caption>
<thead><tr><th scope="col">Port</th><th scope="col">Came</th><th scope="col">Began</th>\
<th scope="col">Refused</th><th scope="col">Left</th><th scope="col">Opened</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
<p>Of the connections that came, some began a handshake. Refused: the Pinata found fault with the peer. Left: the peer did with the
Pinata, or fell silent. Opened: both proved who they are.</p>
<p>${declined} calls to port ${CALL_PORT} were not returned, because there were too many.</p>`;
}

function renderTally(port: number, tally: Tally): Html {
  const { connections, handshakes, refused, left, opened } = tally;
  const cells = [connections, handshakes, refused, left, opened].map(
    (count) => html`<td>${count}</td>`,
  );
  return html`<tr><th scope="row">${port}</th>${cells}</tr>\n`;
}

export function renderVisits({ visits }: Ledger): Html {
  if (visits.length === 0) return html`<p>Nobody has tried yet.</p>`;
  return html`<ol reversed start="${visits[0].number}">\n${visits.map(renderVisit)}</ol>`;
}

function renderVisit({ number, port, from, time, lines, outcome, reason }: Visit): Html {
  const messages = lines.map((line) => {
    const [direction, who] = line.startsWith('>') ? ['sent', 'Pinata'] : ['received', 'Peer'];
    return html`<li class="${direction}"><b>${who}:</b> ${line.slice(2)}</li>\n`;
  });
  const end = reason === '' ? html`` : html`<p>${reason}</p>\n`;
  return html`<li><details id="handshake-${number}">
<summary><span class="outcome ${outcome.replace(' ', '-')}">${outcome}</span> \
port ${port}, from ${from}, ${dateText(time)}</summary>
${end}<ul class="messages">
${messages}</ul>
</details></li>\n`;
}

/** What the ports do, for the rules. */
export const PORTS: readonly (readonly [port: number, what: string])[] = [
  [SERVER_PORT, 'is the server of TLS, and demands a certificate of you.'],
  [
    CALL_PORT,
    `closes your connection, and makes one to port ${CALLED_PORT} of your address, where it is the client of TLS.`,
  ],
  [CLIENT_PORT, 'is the client of TLS over the connection that you opened: you are the server.'],
];
