import { expect, it } from 'vitest';
import { FrontendState, parseState, STATE } from '../src/state.ts';

const { initialising, initWait, connected, closing, closed, unknown } = STATE;

it.each([
  ['nothing is there yet', initialising, [unknown, initialising], ['none', 'none']],
  ['the backend waits for us', initialising, [initWait], ['connect']],
  ['it has not seen us yet', connected, [initWait, connected], ['none', 'none']],
  ['it goes', connected, [connected, closing], ['none', 'disconnect']],
  ['it is gone at once', connected, [connected, unknown], ['none', 'disconnect']],
  ['it is gone before it saw us', connected, [closed], ['disconnect']],
  ['it begins again without a word', connected, [connected, initWait], ['none', 'disconnect']],
  ['it comes back', closed, [closed, unknown, initialising], ['none', 'none', 'restart']],
  ['it is one that waits already', closed, [initWait], ['restart']],
])('when %s', (_, own, backends, actions) => {
  const state = new FrontendState();
  state.own = own;
  expect(backends.map((backend) => state.handle(backend))).toEqual(actions);
});

it('takes no text for a state that is none', () => {
  for (const text of [undefined, '', '0', '9', '44', 'connected', ' 4', '4\n']) {
    expect(parseState(text)).toBe(unknown);
  }
  expect(parseState('4')).toBe(connected);
});
