/**
 * TLS 1.3 of our image and of ourselves on Node.js beside `openssl s_server` and lemon-tls, in the same run and
 * driven by the same client, OpenSSL also behind a TAP as our image is, where it does the work of the network in its own
 * time: handshakes per second and per second of the server's processor, and bulk data both ways.
 * Rounds take turns, and the median counts. X25519MLKEM768, which OpenSSL has not here, is asked by an image of ours,
 * beside OpenSSL's X25519.
 */
import type { Row } from '../src/contest.ts';
import { demand, median, ON_CLIENT_CORE, PINNING, printRatio, printTable } from '../src/contest.ts';
import { Lan } from '../src/lan.ts';
import { compile } from '../src/native/compile.ts';
import { Authority } from '../test/tls/authority.ts';
import type { Contestant } from './tls/contestants.ts';
import {
  build,
  hybridHandshakes,
  image,
  lemon,
  node,
  openssl,
  opensslBehindTap,
} from './tls/contestants.ts';

const ROUNDS = 3;
const SECONDS = 0.8;
const AT_ONCE = 8;

/** What is measured: what the load client is told, and the port. */
const HANDSHAKES = {
  'P-256': ['full', 'P-256'],
  X25519: ['full', 'X25519'],
  resumed: ['resumed', 'X25519'],
} as const;
const BULK = ['in', 'out'] as const;

interface Figure {
  /** A second. */
  readonly rate: number;
  /** A second of the server's processor. */
  readonly efficiency: number;
}

interface Entry {
  readonly contestant: Contestant;
  readonly figures: Map<string, Figure[]>;
}

demand(['openssl', 'cc']);
await build();
console.log(`${ROUNDS} rounds of ${SECONDS} s; a P-256 certificate, AES-128-GCM; ${PINNING}`);

const authority = new Authority();
const lan = new Lan();
try {
  const client = lan.host('client', '10.0.0.9/24');
  for (const [name, value] of [
    ['ip_local_port_range', '1024 65535'],
    ['tcp_tw_reuse', '1'],
  ]) {
    client.set(`net.ipv4.${name}`, value);
  }
  const load = [...ON_CLIENT_CORE, compile('tls-load', lan.folder)];
  const issued = authority.issue('server', 'server.example', 'P-256');
  const host = (role: string, address: string) => lan.host(role, `${address}/24`);
  const ours = enter(await image(lan, client, issued));
  const peer = enter(await openssl(lan, host('openssl', '10.0.0.3'), '10.0.0.3', issued));
  const onNode = enter(await node(host('node', '10.0.0.4'), '10.0.0.4', issued));
  const rival = enter(await lemon(host('lemon', '10.0.0.5'), '10.0.0.5', issued));
  const alike = enter(await opensslBehindTap(lan, '10.0.0.7', issued));
  const entries = [ours, alike, onNode, peer, rival];

  const measure = async (
    { contestant, figures }: Entry,
    what: string,
    words: readonly string[],
  ) => {
    const before = contestant.processorTime();
    const began = performance.now();
    const rate = Number(await client.succeed([...load, ...words]));
    const seconds = (performance.now() - began) / 1000;
    const busy = (contestant.processorTime() - before) / Math.max(seconds, SECONDS);
    figures.set(what, [...(figures.get(what) ?? []), { rate, efficiency: rate / busy }]);
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (const entry of entries) {
      const { address, ports } = entry.contestant;
      for (const [what, [mode, group]] of Object.entries(HANDSHAKES)) {
        const words = [address, ports.handshakes, SECONDS, AT_ONCE].map(String);
        await measure(entry, what, [mode, ...words, group]);
      }
      for (const what of BULK) {
        await measure(entry, what, [what, ...[address, ports[what], SECONDS].map(String)]);
      }
    }
  }
  printTable(entries.map(summary));
  for (const [entry, suffix] of [
    [ours, ''],
    [onNode, '-node'],
  ] as const) {
    for (const what of [...Object.keys(HANDSHAKES), ...BULK]) {
      const name = what === 'in' || what === 'out' ? `bulk-${what}` : `handshakes-${what}`;
      const ratio = (kind: string, figure: keyof Figure, other: Entry) => {
        const [mine, theirs] = [middle(entry, what, figure), middle(other, what, figure)];
        printRatio(`tls${suffix}-${name}${kind}`, other.contestant.name, mine, theirs);
      };
      for (const other of entry === ours ? [peer, alike] : [peer]) {
        ratio('', 'rate', other);
        ratio('-by-processor', 'efficiency', other);
      }
      if (entry === onNode) ratio('-by-processor', 'efficiency', rival);
    }
  }
  const hybrid = await hybridHandshakes(lan, ours.contestant, authority.rootFile);
  const [what, figure] = ['X25519', 'efficiency'] as const;
  console.log(`X25519MLKEM768 ${Math.round(hybrid)}/CPU s`);
  printRatio(
    'tls-handshakes-X25519MLKEM768-by-processor',
    'openssl-X25519',
    hybrid,
    middle(peer, what, figure),
  );
  for (const { contestant } of entries) await contestant.stop();
} finally {
  lan.remove();
  authority.close();
}

function enter(contestant: Contestant): Entry {
  return { contestant, figures: new Map() };
}

function middle({ figures }: Entry, what: string, figure: keyof Figure): number {
  return median((figures.get(what) ?? []).map((one) => one[figure]));
}

function summary(entry: Entry): Row {
  const row: Record<string, string | number> = { server: entry.contestant.name };
  for (const what of Object.keys(HANDSHAKES)) {
    row[`${what}/s`] = Math.round(middle(entry, what, 'rate'));
    row[`${what}/CPU s`] = Math.round(middle(entry, what, 'efficiency'));
  }
  for (const what of BULK) {
    row[`${what} MB/s`] = Math.round(middle(entry, what, 'rate') / 1e6);
    row[`${what} MB/CPU s`] = Math.round(middle(entry, what, 'efficiency') / 1e6);
  }
  return row;
}
