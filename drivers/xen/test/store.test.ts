import { expect, it } from 'vitest';
import { StoreClient } from '../src/store/client.ts';
import { describeMessage, encodeParts, TYPE } from '../src/store/packet.ts';
import { settle } from './settle.ts';
import { Xenstored } from './xenstored.ts';

it('reads, writes and lists, whatever the size of the ring', async () => {
  for (const room of [1, 7, 1024]) {
    const daemon = new Xenstored();
    daemon.room = room;
    daemon.set('device/vif/0/mac', '00:16:3e:00:00:02');
    daemon.set('device/vif/1/mac', '00:16:3e:00:00:03');
    const store = new StoreClient(daemon);
    const found = Promise.all([
      store.read('device/vif/0/mac'),
      store.read('nothing'),
      store.list('device/vif'),
      store.write('state', '4'),
    ]);
    await settle(store);
    expect(await found).toEqual([
      '00:16:3e:00:00:02',
      undefined,
      ['0', '1'],
      { ok: true, value: ['OK'] },
    ]);
    expect(daemon.values.get('state')).toBe('4');
  }
});

it('tries a transaction again that another one overtook, but not for ever', async () => {
  const daemon = new Xenstored();
  const store = new StoreClient(daemon);
  daemon.conflicts = 3;
  const good = store.writeAll({ a: '1', b: '2' });
  await settle(store);
  expect(await good).toEqual({ ok: true, value: ['OK'] });
  expect([...daemon.values]).toEqual([
    ['a', '1'],
    ['b', '2'],
  ]);
  daemon.conflicts = 1000;
  const bad = store.writeAll({ a: '3' });
  await settle(store);
  expect(await bad).toEqual({ ok: false, error: 'EAGAIN' });
  expect(daemon.values.get('a')).toBe('1');
  expect(daemon.conflicts).toBeGreaterThan(900);
});

it('hears of what it watches, until it does not want to', async () => {
  const daemon = new Xenstored();
  const store = new StoreClient(daemon);
  const heard: string[] = [];
  const watched = store.watch('backend', (path) => heard.push(path));
  await settle(store);
  const unwatch = await watched;
  daemon.set('backend/state', '2');
  daemon.set('elsewhere', '2');
  await settle(store);
  expect(heard).toEqual(['backend', 'backend/state']);
  unwatch();
  daemon.set('backend/state', '4');
  await settle(store);
  expect(heard.length).toBe(2);
  expect(daemon.watchCount).toBe(0);
});

it('ends its questions after a resume, and watches again', async () => {
  const before = new Xenstored();
  const after = new Xenstored();
  let daemon = before;
  const store = new StoreClient({
    storeRead: (bytes) => daemon.storeRead(bytes),
    storeWrite: (bytes) => daemon.storeWrite(bytes),
  });
  const heard: string[] = [];
  const watched = store.watch('device', (path) => heard.push(path));
  await settle(store);
  await watched;
  before.isSilent = true;
  const lost = store.write('state', '1');
  daemon = after;
  store.restart();
  expect(await lost).toEqual({ ok: false, error: 'ECONNRESET' });
  await settle(store);
  after.set('device/vif/0/state', '1');
  await settle(store);
  expect(heard).toEqual(['device', 'device', 'device/vif/0/state']);
});

it('says what a message is', () => {
  const message = {
    type: TYPE.write,
    request: 3,
    transaction: 1,
    payload: encodeParts(['a', '1']),
  };
  expect(describeMessage(message)).toBe('xenstore write request 3 transaction 1 "a" "1"');
});
