import type { ZoneText } from '@atoll/testbed/upstream';

/** What the name server behind the appliance knows. */
export const ZONE: ZoneText = {
  records: [
    'example 600 SOA ns.example hostmaster.example 1 3600 600 86400 60',
    'www.example 300 A 192.0.2.1',
    'www.example 300 AAAA 2001:db8::1',
    'twice.example 300 A 192.0.2.2',
    'twice.example 300 A 192.0.2.3',
    'mail.example 300 MX 10 www.example',
    'first.example 300 CNAME second.example',
    'second.example 200 CNAME third.example',
    'third.example 100 A 192.0.2.33',
    'dangling.example 300 CNAME nowhere.example',
    `medium.example 300 TXT ${'m'.repeat(700)}`,
    `large.example 300 TXT ${'l'.repeat(1400)}`,
    'slow.example 300 A 192.0.2.4',
    'silent.example 300 A 192.0.2.5',
  ],
  slow: { 'slow.example': 1500 },
  silent: ['silent.example'],
};
