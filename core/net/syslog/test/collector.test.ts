import { describe, expect, it } from 'vitest';
import { parseCollector } from '../src/collector.ts';
import { tcpTransport } from '../src/transport/tcp.ts';
import { tlsTransport } from '../src/transport/tls.ts';
import { udpTransport } from '../src/transport/udp.ts';

const tls = tlsTransport(() => expect.unreachable());
const ALL = [udpTransport, tcpTransport, tls];

const PIN = 'ab'.repeat(32);
const BYTES = new Uint8Array(32).fill(0xab);

describe('a collector', () => {
  it.each([
    ['udp://10.0.0.1', { host: '10.0.0.1', address: 0x0a00_0001, port: 514 }],
    ['tcp://10.0.0.1:601', { transport: tcpTransport, port: 601 }],
    ['UDP://10.0.0.1:514/', { text: 'udp://10.0.0.1:514' }],
    ['tls://logs.Example.org', { host: 'logs.example.org', address: undefined, port: 6514 }],
    [
      'tcp://[2001:db8::1]',
      { host: '2001:db8::1', address: 0x2001_0db8n * 2n ** 96n + 1n, port: 514 },
    ],
    ['udp://[fe80::1]:5514', { port: 5514 }],
    [`tls://10.0.0.1#sha256=${PIN}`, { fingerprint: BYTES, text: 'tls://10.0.0.1:6514' }],
    [
      `tls://10.0.0.1:7#SHA-256:${PIN.toUpperCase().replace(/..(?=.)/g, '$&:')}`,
      { fingerprint: BYTES },
    ],
  ])('%s', (text, expected) => {
    expect(parseCollector(text, ALL)).toMatchObject({ ok: true, value: expected });
  });

  it.each([
    ['10.0.0.1', 'it does not begin with udp:// or tcp:// or tls://'],
    ['upd://10.0.0.1', 'did you mean udp://?'],
    ['tpc://10.0.0.1', 'did you mean tcp://?'],
    ['https://10.0.0.1', 'it does not begin with udp:// or tcp:// or tls://'],
    ['udp://', 'behind :// is no address, name or port'],
    ['udp://a:b:c', 'behind :// is no address, name or port'],
    ['udp://user@host', 'behind :// is no address, name or port'],
    ['udp://host/path', 'behind :// is no address, name or port'],
    ['udp://10.0.0.1:', 'ports are 1 to 65535'],
    ['udp://10.0.0.1:0', 'ports are 1 to 65535'],
    ['udp://10.0.0.1:65536', 'ports are 1 to 65535'],
    ['udp://-x.example', '-x.example is neither an address nor a name'],
    [`udp://10.0.0.1#sha256=${PIN}`, 'a fingerprint is for tls://, not for udp://'],
    ['tls://10.0.0.1#sha256=abcd', 'a fingerprint has 32 bytes in hexadecimal'],
    [`tls://10.0.0.1#md5=${PIN}`, 'behind # stands sha256= and a fingerprint'],
    [`tls://10.0.0.1#${PIN}`, 'behind # stands sha256= and a fingerprint'],
  ])('%s: %s', (text, reason) => {
    expect(parseCollector(text, ALL)).toMatchObject({
      ok: false,
      error: { blame: 'config', reason },
    });
  });

  it('says why an address is none', () => {
    for (const text of ['udp://10.0.0.256', 'udp://1.2.3', 'udp://[::g]', 'udp://[10.0.0.1]']) {
      expect(parseCollector(text, ALL)).toHaveProperty('ok', false);
    }
  });

  it('is reached in the ways that there are', () => {
    expect(parseCollector('tls://10.0.0.1', [udpTransport])).toMatchObject({
      error: { reason: 'it does not begin with udp://' },
    });
  });
});
