import { describe, expect, it } from 'vitest';
import { connectionOf, explore, type Role, spell, type Trial } from '../sequences.ts';
import { messageLetters, RECORD_LETTERS, recordOf, rightPath, SCENARIOS } from './alphabet.ts';
import { Rules } from './rules.ts';
import type { Scenario } from './scenario.ts';

function trialOf(scenario: Scenario, role: Role): Trial {
  const { client, server, target } = scenario;
  const path = rightPath(scenario, role);
  return {
    connect: () => connectionOf(role, client, server(), target),
    rules: () => new Rules(scenario, role, path),
    path,
    recordOf,
    late: RECORD_LETTERS,
  };
}

describe.each(SCENARIOS)('in $name', (scenario) => {
  it.each(['client', 'server'] as const)('the %s takes only what belongs there', (role) => {
    const messages = messageLetters(scenario, role);
    const trial = trialOf(scenario, role);
    const { path } = trial;
    const connected = explore(trial, [...messages, ...RECORD_LETTERS], 5);
    expect(connected).toEqual(path.length > 5 ? [] : [spell(path)]);
    expect(explore(trial, messages, path.length + 1)).toEqual([spell(path)]);
  });
});
