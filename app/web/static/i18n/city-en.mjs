/** English: deadlines, the city at a glance, unattended beats. */
export default {
  'due.acknowledge': 'accept within {time}', 'due.on_scene': 'on scene within {time}',
  'due.late.acknowledge': 'overdue {time}', 'due.late.on_scene': 'on scene: overdue {time}',
  'due.now.acknowledge': 'overdue just now', 'due.now.on_scene': 'on scene: overdue just now',
  'due.by.acknowledge': 'Accept by: {time}', 'due.by.on_scene': 'On the scene by: {time}',
  'due.told.next_officer': 'Overdue: handed to the next officer.', 'due.told.desk': 'Overdue: the desk was told.', 'due.told.leader': 'Overdue: desk and leader were told.',
  'late.acknowledge': 'Not accepted in time.', 'late.on_scene': 'Nobody on the scene in time.', 'late.handed': 'Now with: {owner}.',
  'late.told.desk': 'The desk was told.', 'late.told.leader': 'The leader was told.',
  'late.notice.acknowledge': 'No. {number}: nobody accepted it by {time}. {district}.', 'late.notice.on_scene': 'No. {number}: nobody is on the scene, due by {time}. {district}.', 'late.show_all': 'Show the overdue', 'late.owner': 'With: {owner}.',
  'event.escalated': 'Overdue', 'skipped.no_answer': 'did not accept in time',
  'part.shown': 'Shown: {what}', 'part.overdue': 'overdue', 'part.unplaced': 'in no precinct',

  'city.page_title': 'City overview — Beatway', 'city.title': 'City overview', 'city.skip': 'To the overview', 
  'city.not_yours': 'This page is not for your role.', 'city.failed': 'The server does not answer. This is what was loaded before.',
  'city.tab.city': 'City', 'city.tab.beats': 'Beats', 'city.tab.deadlines': 'Deadlines', 'city.tabs': 'Parts of the overview',
  'city.as_of': 'As of {time}', 'city.loading': 'Loading the overview…',
  'city.open': 'Open', 'city.unacknowledged': 'Not accepted yet', 'city.overdue': 'Overdue', 'city.overdue_parts': 'to accept {take} · on scene {come}',
  'city.oldest': 'Waiting longest', 'city.oldest_none': 'Nobody is waiting', 'city.on_duty': 'On duty', 'city.on_duty_of': '{n} of {all}', 'city.unattended': 'Unattended beats', 'city.unattended_short': 'Unattended',
  'city.empty': 'No open reports', 'city.empty_next': 'A new one appears here by itself.', 'city.no_boundaries': 'There are no boundaries yet: the city desk gets every report.',
  'city.precincts': 'By precinct', 'city.precinct': 'Precinct', 'city.nowhere': 'In no precinct',
  'city.officers': 'Officers on duty', 'city.officers_none': 'Nobody is on duty.', 'city.officers_all': { one: 'Show all: {n}', other: 'Show all: {n}' },
  'city.load': { one: '{n} report', other: '{n} reports' }, 'city.load_limit': 'limit {n}', 'city.load_late': '{n} overdue',

  'beats.now': 'Unattended now', 'beats.none': 'Every beat has an officer on duty.', 'beats.since': 'since {time}', 'beats.cover': 'Covered by: {owner}', 'beats.cover_rung.neighbour': 'neighbouring beat', 'beats.cover_rung.precinct_officer': 'same precinct', 'beats.cover_rung.precinct_desk': 'the desk', 'beats.cover_rung.city_desk': 'the city desk',
  'beats.posted': 'Posted: {names}', 'beats.why.vacant': 'vacant', 'beats.why.off_shift': 'off shift', 'beats.why.on_leave': 'on leave', 'beats.no_reports': 'no open reports',
  'beats.forecast': 'Forecast for seven days', 'beats.forecast_what': 'By the plan: when nobody posted to a beat will be there. What officers say with the duty button is not counted here.',
  'beats.beat': 'Beat', 'beats.covered': '✓', 'beats.all_day': 'all day', 'beats.covered_long': 'somebody is there all day', 'beats.only_gaps': 'Only beats with gaps', 'beats.no_gaps': 'There are no gaps in the plan.', 'beats.any_precinct': 'All precincts', 'beats.legend': 'Hatched: nobody is there', 'beats.no_districts': 'There are no beats yet: import boundaries.',

  'rules.title': 'Deadlines by priority', 'rules.what': 'Time runs from when a report came in, and anew when its place is found, when it goes back to the queue or is opened again. What its category says, if anything, goes first.',
  'rules.then': 'Not accepted in time: the next one on the cover ladder gets it, then the desk is told, then the leader, {n} min apart. Changes count for new reports.',
  'rules.priority': 'Priority', 'rules.acknowledge': 'Accept within, min', 'rules.on_scene': 'On scene within, min', 'rules.none': 'no deadline', 'rules.save': 'Save deadlines', 'rules.saved': 'Deadlines saved.', 'rules.scene_too_soon': 'Not saved: nobody is on the scene before the report is accepted.', 'rules.failed': 'Not saved: {detail}', 'rules.no_answer': 'No connection: deadlines not saved.', 'rules.top': 'top', 'rules.read_only': 'The city desk or an administrator changes deadlines.',
};
