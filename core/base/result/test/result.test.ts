import { describe, expect, it } from 'vitest';
import type { Result } from '../src/result.ts';
import { malformed, misconfigured, ok, expect as unwrap } from '../src/result.ts';

describe('Result', () => {
  it('carries a value', () => {
    expect(ok(7)).toEqual({ ok: true, value: 7 });
  });

  it('says who must act on an error', () => {
    expect(malformed('too short')).toEqual({
      ok: false,
      error: { blame: 'peer', reason: 'too short' },
    });
    expect(misconfigured('no gateway')).toEqual({
      ok: false,
      error: { blame: 'config', reason: 'no gateway' },
    });
  });

  it('gives its value to whoever knows that it has one', () => {
    expect(unwrap(ok('yes'))).toBe('yes');
  });

  it('throws the reason at whoever was wrong about that', () => {
    const result: Result<string> = malformed('option 53 has length 2, expected 1');
    expect(() => unwrap(result)).toThrow('option 53 has length 2, expected 1');
  });
});
