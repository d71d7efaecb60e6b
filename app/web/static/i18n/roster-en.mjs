/** English: the page of the roster. */
export default {
  'r.title': 'Roster',

  'r.page_title': 'Beatway: roster',

  'r.skip': 'To the week',

  'r.not_yours': 'This page is for officers, desks, leaders and administrators.',


  'r.busy.week': 'Loading the week…',
  'r.busy.save': 'Saving…',

  'r.precinct': 'Precinct',

  'r.week': 'Week',
  'r.week.before': 'The week before',
  'r.week.after': 'The week after',
  'r.week.now': 'This week',

  'r.add': 'Add',

  'r.save': 'Save',

  'r.remove': 'Take out',

  'r.add_officer': 'New officer',

  'r.copy': 'Copy last week',

  'r.import': 'Import CSV',

  'r.export': 'Export CSV',

  'r.show_left': 'Show those who left',

  'r.undo': 'Undo',
  'r.undo.nothing': 'Nothing to undo',
  'r.undo.done': 'The change is undone.',
  'r.undo.many': { one: 'Undo: {n} entry at once', other: 'Undo: {n} entries at once' },
  'r.undo.one': 'Undo: {what} ({officer})',
  'r.undo.shift.added': 'added a shift',
  'r.undo.shift.changed': 'changed a shift',
  'r.undo.shift.removed': 'took out a shift',
  'r.undo.leave.added': 'added an absence',
  'r.undo.leave.changed': 'changed an absence',
  'r.undo.leave.removed': 'took out an absence',
  'r.undo.posting.added': 'added a posting',
  'r.undo.posting.changed': 'changed a posting',
  'r.undo.posting.removed': 'took out a posting',
  'r.undo.officer.added': 'added an officer',
  'r.undo.officer.changed': 'changed an officer',
  'r.undo.officer.removed': 'took out an officer',

  'r.from': 'from {since} on',

  'r.day.hours': '{n} h',
  'r.day.clock': 'Clocks change on this day',

  'r.on_now': 'On duty now: {n} of {all}',
  'r.on_now.nobody': 'Nobody is on duty now.',

  'r.officers': 'Officers',

  'r.track': '{name}: shifts',

  'r.left': 'Has left',

  'r.load': { one: '{n} open report', other: '{n} open reports' },

  'r.load_of': 'reports {n} of {limit}',

  'r.legend': 'Legend',
  'r.legend.duty': 'Shift',
  'r.legend.on_call': 'On call',
  'r.legend.away': 'Away',
  'r.legend.truth': 'In truth',

  'r.truth': '{name}: on duty in truth.',
  'r.truth.came': 'Came {at}.',
  'r.truth.went': 'Went {at}.',

  'r.how': 'Draw along a row to add a shift; pull a shift or its edge to change it. Press it, or an empty place, to write all of it into a form. Delete takes it out, Esc ends a pull. A day in the heading opens by itself.',

  'r.how_reader': 'You can read the roster. Desks and administrators change it.',

  'r.empty': 'No officers yet',
  'r.empty.next': 'Import a CSV or add one.',
  'r.empty.reader': 'A desk or an administrator adds them.',
  'r.empty.city': 'No boundaries yet',
  'r.empty.city_next': 'Precincts come first: GIS staff upload them on the page for boundaries.',

  'r.shift.duty': 'Shift',
  'r.shift.on_call': 'On call',

  'r.leave.vacation': 'Vacation',
  'r.leave.sick': 'Sick leave',
  'r.leave.training': 'Training',
  'r.leave.other': 'Away',

  'r.posting.primary': 'Primary officer',
  'r.posting.deputy': 'Deputy',

  'r.posted.primary': 'primary {beat}',
  'r.posted.deputy': 'deputy {beat}',

  'r.entry.new': 'New entry',
  'r.entry.change': 'Change the entry',
  'r.entry.officer': 'Officer',
  'r.entry.what': 'What it is',
  'r.entry.beat': 'Beat',
  'r.entry.since': 'From',
  'r.entry.until': 'Till',
  'r.entry.until_hint': 'Empty: without an end. Times are the city’s.',
  'r.entry.no_time': 'Say when it begins; a time that clocks skip does not exist.',
  'r.entry.ends_before': 'The end must be after the beginning.',

  'r.time.skipped': 'There is no such time: clocks go forward then.',
  'r.time.twice': 'This time comes twice: clocks go back. Which one?',
  'r.time.first': 'The first, before the change',
  'r.time.second': 'The second, after the change',

  'r.quick': 'Usual shifts',
  'r.quick.day': 'Day 08–20',
  'r.quick.night': 'Night 20–08',
  'r.quick.whole': '24 h, 08–08',

  'r.done.added': '{name}: added: {what}, {period}.',
  'r.done.changed': '{name}: changed: {what}, {period}.',
  'r.done.removed': '{name}: taken out: {what}, {period}.',
  'r.done.officer_added': 'Added: {name}.',
  'r.done.officer_changed': 'Saved: {name}.',
  'r.done.came': '{name} is on duty.',
  'r.done.went': '{name} is off duty.',

  'r.duty.on': 'Note that they came',
  'r.duty.off': 'Note that they went',

  'r.officer.new': 'New officer',
  'r.officer.facts': 'Facts',
  'r.officer.code': 'Code',
  'r.officer.name': 'Name',
  'r.officer.rank': 'Rank',
  'r.officer.reception': 'Reception hours',
  'r.officer.reception_hint': 'Citizens see these.',
  'r.officer.phone': 'Phone',
  'r.officer.phone_hint': 'For desks and leaders only.',
  'r.officer.limit': 'Workload limit',
  'r.officer.limit_hint': 'With so many open reports they get no more. Empty: the general limit.',
  'r.officer.active': 'Serves',
  'r.officer.postings': 'Postings',
  'r.officer.no_postings': 'Posted to no beat.',
  'r.officer.post': 'Post to a beat',

  'r.copy.title': 'Copy a week: from {from} to {to}',
  'r.copy.looking': 'Looking at what would be added…',
  'r.copy.yes': 'Copy',
  'r.copy.yes_n': { one: 'Add {n} shift', other: 'Add {n} shifts' },
  'r.copy.added': 'To be added: {n}',
  'r.copy.skipped': 'Not to be added: {n}',
  'r.copy.same': { one: '{n} shift is there already.', other: '{n} shifts are there already.' },
  'r.copy.all_there': 'All of it is there already.',
  'r.copy.nothing': 'There were no shifts last week: nothing to copy.',
  'r.copy.why.overlap': 'Another shift is there: {period}',
  'r.copy.why.on_leave': 'Away: {period}',
  'r.copy.why.endless': 'A shift without an end is not copied.',
  'r.copy.done': { one: '{n} shift is added.', other: '{n} shifts are added.' },

  'r.file.title': 'Import the roster from CSV',
  'r.file.lead': 'You first see what changes. The format is that of the export.',
  'r.file.choose': 'Choose a CSV file or drop it here',
  'r.file.reading': 'Reading the file…',
  'r.file.too_large': 'The file is too large: 8 MB at most.',
  'r.file.yes': 'Apply',
  'r.file.faults': { one: '{n} fault: nothing was changed', other: '{n} faults: nothing was changed' },
  'r.file.line': 'Line {n}.',
  'r.file.added': 'added',
  'r.file.changed': 'changed',
  'r.file.ended': 'ended',
  'r.file.verb.added': 'Added',
  'r.file.verb.changed': 'Changed',
  'r.file.verb.ended': 'Ended',
  'r.file.officer.added': 'New officer',
  'r.file.officer.changed': 'Facts',
  'r.file.officer.ended': 'Serves no more',
  'r.file.nothing': 'The file changes nothing: all is so already.',
  'r.file.unchanged': 'Unchanged: {n}',
  'r.file.more': 'And {n} more.',
  'r.file.done': 'Imported. Added {added}, changed {changed}, ended {ended}.',

  'r.yes': 'yes',

  'r.no': 'no',

  'r.fact.name': 'name',
  'r.fact.rank': 'rank',
  'r.fact.precinct': 'precinct',
  'r.fact.reception': 'reception',
  'r.fact.phone': 'phone',
  'r.fact.load_limit': 'limit',
  'r.fact.active': 'serves',

  'r.error.no_answer': 'The server does not answer. Check the connection and try again.',
  'r.error.no_precinct': 'There is no such precinct, or it is not yours. Yours is shown.',
  'r.error.unknown': 'Something went wrong on the page. Reload it and try again.',
  'r.error.status': 'The server refused ({status}).',
  'r.error.on_duty_once': 'There is another shift in that time: {period}. Nothing was changed.',
  'r.error.away_once': 'There is another absence in that time: {period}. Nothing was changed.',
  'r.error.posted_once': 'Posted to this beat already: {period}. Nothing was changed.',
  'r.error.one_primary_a_beat': 'The beat has a primary officer already: {period}. Nothing was changed.',
  'r.error.overlap': 'There is another entry in that time. Nothing was changed.',
  'r.error.stale': 'Somebody has changed this meanwhile. You now see it as it is: look, and do it again.',
  'r.error.not_found': 'This entry is not there any more: somebody has taken it out.',
  'r.error.officer_exists': 'There is an officer with this code already.',
  'r.error.on_leave': 'The officer is away by the roster: end that first.',
  'r.error.forbidden': 'Your role does not allow this, or another precinct keeps that roster.',
  'r.error.changed_since': 'Somebody else has changed it since: it cannot be undone.',
  'r.error.nothing_to_undo': 'There is nothing to undo.',
  'r.error.roster_moved': 'The roster has changed meanwhile. This is what would happen now: look again.',
  'r.error.busy': 'Reports are being handed out without a pause. Nothing was changed; try again in a moment.',
  'r.error.too_large': 'The file is too large: 8 MB at most.',
  'r.error.unavailable': 'The server cannot do this now. Try a little later.',
};
