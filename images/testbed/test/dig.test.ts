import { describe, expect, it } from 'vitest';
import { dataOf, parseDig } from '../src/client/dig.ts';

const ANSWER = `
; <<>> DiG 9.18.49 <<>> @10.0.0.2 first.example +dnssec
; (1 server found)
;; global options: +cmd
;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 38400
;; flags: qr rd ra; QUERY: 1, ANSWER: 2, AUTHORITY: 1, ADDITIONAL: 1

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags: do; udp: 1232
; COOKIE: 0102030405060708 (echoed)
; NSID: 61
;; QUESTION SECTION:
;first.example.\t\t\tIN\tA

;; ANSWER SECTION:
first.example.\t\t300\tIN\tCNAME\tthird.example.
third.example.\t\t100\tIN\tA\t192.0.2.33

;; AUTHORITY SECTION:
example.\t\t\t600\tIN\tSOA\tns.example. hostmaster.example. 1 3600 600 86400 60

;; Query time: 3 msec
;; SERVER: 10.0.0.2#53(10.0.0.2) (UDP)
;; WHEN: Sat Jan 01 12:00:00 UTC 2000
;; MSG SIZE  rcvd: 111

`;

describe('parseDig', () => {
  it('reads the header', () => {
    const answer = parseDig(ANSWER);
    expect(answer).toMatchObject({ status: 'NOERROR', opcode: 'QUERY', size: 111 });
    expect([...answer.flags]).toEqual(['qr', 'rd', 'ra']);
    expect(answer.question).toBe('first.example. IN A');
  });

  it('reads records section by section', () => {
    const { answer, authority, additional } = parseDig(ANSWER);
    expect(answer).toEqual([
      { name: 'first.example.', ttl: 300, type: 'CNAME', data: 'third.example.' },
      { name: 'third.example.', ttl: 100, type: 'A', data: '192.0.2.33' },
    ]);
    expect(dataOf(authority, 'SOA')).toHaveLength(1);
    expect(additional).toEqual([]);
  });

  it('reads EDNS with its options', () => {
    const { edns } = parseDig(ANSWER);
    expect(edns).toMatchObject({ version: 0, udp: 1232, options: ['COOKIE', 'NSID'] });
    expect([...(edns?.flags ?? [])]).toEqual(['do']);
  });

  it('sees that there is no EDNS', () => {
    expect(parseDig(ANSWER.replace(/;; OPT PSEUDO.*?;; QUEST/s, ';; QUEST')).edns).toBeUndefined();
  });

  it('throws when there is no answer', () => {
    expect(() => parseDig(';; no servers could be reached')).toThrow('no answer');
  });
});
