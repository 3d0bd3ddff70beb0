import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Zone } from '../src/zone.ts';
import { parseScenario, play, type Tolerance } from './replay.ts';

/** unbound's `testdata`, beside the repository. */
const FOLDER = '../shared/data/unbound';
const present = existsSync(FOLDER);

/** The scenarios that apply to a forwarder. */
const APPLICABLE: Readonly<Record<string, Tolerance>> = {
  'fwd_0ttlservfail.rpl': {},
  // Beyond the limit we say SERVFAIL where unbound is silent.
  'fwd_droptoomany.rpl': { options: { maxInFlight: 1 }, unexpected: 1 },
  'fwd_error.rpl': {},
  'fwd_jostle.rpl': { options: { maxInFlight: 2 }, unexpected: 1 },
  // The last step looks at the cache for a referral: we keep answers only.
  'fwd_minimal.rpl': { until: 31 },
  'fwd_notcached.rpl': {},
  'fwd_two.rpl': { options: { maxInFlight: 2 } },
  'local_nodefault.rpl': { options: { zone: new Zone({ bogusPriv: false }) } },
  'rrset_rettl.rpl': { answerOnly: true },
  'rrset_updated.rpl': { answerOnly: true },
  // What follows is about answers that are kept for longer than their TTL.
  'rrset_use_cached.rpl': { answerOnly: true, until: 10 },
};

/** The other scenarios with a forwarder in their name, and why they do not apply. */
const SKIPPED: Readonly<Record<string, string>> = {
  'fwd_any.rpl': 'ANY is answered with HINFO and not sent upstream (RFC 8482)',
  'fwd_jostle_out.rpl': 'a new question does not push out an older one that is still waited for',
  'fwd_name_lookup.rpl': 'upstream servers are given by address, not by name',
  'fwd_scrub_rrsig.rpl': 'asks over TCP; signatures are passed on and not counted',
};

describe("unbound's scenarios", () => {
  for (const [file, tolerance] of Object.entries(APPLICABLE)) {
    it.skipIf(!present)(present ? file : `${file}: ${FOLDER} is absent`, () => {
      play(parseScenario(readFileSync(`${FOLDER}/${file}`, 'utf8')), tolerance);
    });
  }

  for (const [file, reason] of Object.entries(SKIPPED)) it.skip(`${file}: ${reason}`);

  it.skipIf(!present)(present ? 'are all accounted for' : `${FOLDER} is absent`, () => {
    const files = readdirSync(FOLDER).filter((file) => /^fwd_.*\.rpl$/.test(file));
    expect(files.filter((file) => !(file in APPLICABLE) && !(file in SKIPPED))).toEqual([]);
  });
});

describe('the player of scenarios', () => {
  const scenario = (answer: string) =>
    parseScenario(`
forward-zone: name: "." forward-addr: 192.0.2.1
CONFIG_END
SCENARIO_BEGIN one question
RANGE_BEGIN 0 9
ENTRY_BEGIN
MATCH opcode qtype qname
REPLY QR RD RA NOERROR
SECTION QUESTION
www.example. IN A
SECTION ANSWER
www.example. IN A 192.0.2.7
ENTRY_END
RANGE_END
STEP 1 QUERY
ENTRY_BEGIN
REPLY RD
SECTION QUESTION
www.example. IN A
ENTRY_END
STEP 2 CHECK_ANSWER
ENTRY_BEGIN
MATCH all
REPLY QR RD RA NOERROR
SECTION QUESTION
www.example. IN A
SECTION ANSWER
${answer}
ENTRY_END
SCENARIO_END
`);

  it('sees what is right, and what is not', () => {
    expect(() => play(scenario('WWW.example. IN A 192.0.2.7'))).not.toThrow();
    expect(() => play(scenario('www.example. IN A 192.0.2.8'))).toThrow(/^step 2: answer is/);
    expect(() => play(scenario('www.example. IN A 192.0.2.7'), { until: 2 })).toThrow(
      '1 replies that nobody expects',
    );
  });
});
