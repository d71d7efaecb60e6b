/** The city's clock on the page, also where clocks change. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { instantAt, instantsOf, laterDate, localOf, shareOf } from '../../../app/web/static/roster/zone.mjs';

const KYIV = 'Europe/Kyiv';
const HOUR = 3_600_000;
const utc = (text) => Date.parse(`${text}Z`);

test('a time of the city is an instant, whatever the zone of the browser', () => {
  assert.deepEqual(instantsOf('2026-11-24T08:00', KYIV), [utc('2026-11-24T06:00')]);
  assert.deepEqual(instantsOf('2026-07-24T08:00', KYIV), [utc('2026-07-24T05:00')]);
  assert.equal(localOf(utc('2026-11-24T22:00'), KYIV), '2026-11-25T00:00');
  assert.deepEqual(instantsOf('', KYIV), []);
});

test('a time that clocks skip is none, and one that comes twice is two', () => {
  assert.deepEqual(instantsOf('2026-03-29T03:30', KYIV), []);
  assert.deepEqual(instantsOf('2026-10-25T03:30', KYIV), [utc('2026-10-25T00:30'), utc('2026-10-25T01:30')]);
});

for (const zone of [KYIV, 'America/New_York', 'Pacific/Auckland', 'Pacific/Kiritimati', 'Etc/GMT+12', 'Asia/Kathmandu', 'Australia/Lord_Howe']) {
  test(`every instant of a year is found again by its local time: ${zone}`, () => {
    for (let at = utc('2026-01-01T00:00'); at < utc('2027-01-01T00:00'); at += 5 * HOUR + HOUR / 2) {
      assert.ok(instantsOf(localOf(at, zone), zone).includes(at), `${new Date(at).toISOString()}`);
    }
  });
}

test('a place in a week is an instant and back, also on a day of 25 hours', () => {
  const dates = ['2026-10-24', '2026-10-25', '2026-10-26'];
  const days = dates.map((date) => {
    const [since] = instantsOf(`${date}T00:00`, KYIV);
    const [until] = instantsOf(`${laterDate(date, 1)}T00:00`, KYIV);
    return { date, since, until, hours: (until - since) / HOUR };
  });
  assert.deepEqual(days.map((day) => day.hours), [24, 25, 24]);
  for (let at = days[0].since; at < days[2].until; at += HOUR / 2) {
    assert.equal(instantAt(shareOf(at, days), days, HOUR / 2), at);
  }
  assert.equal(shareOf(days[0].since - HOUR, days), 0);
  assert.equal(shareOf(days[2].until + HOUR, days), 1);
});
