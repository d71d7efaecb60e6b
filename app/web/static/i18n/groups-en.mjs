/** English: public groups. */
export default {
  'pg.title': 'Public groups', 'pg.page_title': 'Beatway: public groups', 'pg.skip': 'To the public groups', 'pg.not_yours': 'This page is for the duty desks, leaders and administrators.',
  'pg.lead': 'Groups and channels where citizens write to the police in front of everybody.', 'pg.busy': 'Loading…', 'pg.failed': 'Could not be loaded. Check the connection.', 'pg.offline': 'No connection: nothing was changed.', 'pg.refused': 'The server refused. Reload the page and try again.',
  'pg.none': 'No group is linked yet', 'pg.none_next': 'Take a code below and send it in the group.', 'pg.none_wait': 'Groups are linked by the city desk or an administrator.',

  'pg.kind.group': 'Group', 'pg.kind.supergroup': 'Supergroup', 'pg.kind.channel': 'Channel', 'pg.forum': 'with topics', 'pg.discussed_in': 'discussed in {title}', 'pg.of_channel': 'comments of the channel {title}',
  'pg.hears': 'The bot sees', 'pg.hears.all': 'all messages', 'pg.hears.some': 'commands, mentions and answers to it', 'pg.hears.posts': 'posts; reports are in the comments', 'pg.unknown': 'not known yet',
  'pg.bot': 'Bot', 'pg.bot.admin': 'administrator', 'pg.bot.member': 'member', 'pg.bot.deletes': 'tidies commands away', 'pg.admins': 'Administrators', 'pg.reports': 'Reports in 7 days', 'pg.no_reports': 'none yet', 'pg.last': 'the last {time}',
  'pg.linked': 'Linked {time}, {name}', 'pg.looked': 'checked {time}',
  'pg.fault.removed': 'The bot was removed from the group. Add it again.', 'pg.fault.no_rights': 'The bot may not write here: citizens get no answers.', 'pg.fault.privacy': 'The bot does not see everything: privacy mode is on. Make the bot an administrator of the group, or turn the mode off with @BotFather (/setprivacy).',
  'pg.fault.discussion': 'The discussion group of this channel is not linked yet: comments do not reach the police.',
  'pg.look': 'Check', 'pg.looking': 'Asking Telegram…', 'pg.unlink': 'Unlink', 'pg.unlink_sure': 'Unlink it? What its administrators answer is no longer kept in the register. The reports stay.', 'pg.unlink_yes': 'Yes, unlink', 'pg.unlink_no': 'No', 'pg.unlinked': 'The group is unlinked.',

  'pg.add': 'Link a group or channel', 'pg.add_what': 'A code is good once, for a quarter of an hour. An administrator of the group sends it there.', 'pg.code': 'Take a code', 'pg.new_code': 'Another code', 'pg.code_made': 'The code is there.',
  'pg.do': 'Add the bot by the link until {time}; it becomes an administrator that may delete messages.', 'pg.open': 'Add the bot to a group', 'pg.or': 'Or send in the group or channel where the bot is already:', 'pg.copy': 'Copy', 'pg.copied': 'Copied.', 'pg.copy_self': 'Selected: copy it yourself.', 'pg.check': 'Check whether it is linked', 'pg.checked': 'The list is up to date.',

  'pg.help': 'How it works', 'pg.help.report': 'A message with words of an incident, of danger or of a place gets a number and an answer under it. Talk is left alone; anything can be registered with /report or by mentioning the bot.', 'pg.help.reply': 'What an administrator answers to a citizen’s message becomes the police’s reply in the register; anonymous administrators count too.', 'pg.help.private': 'The place, the beat and the officer are only in the author’s private chat. The group sees the number, that a crew is on its way, the reply and the end.', 'pg.help.privacy': 'Where it is no administrator and privacy mode is on, the bot sees only commands, mentions and answers to it.',
  'pg.command.done': 'as an answer to a message, or with a number: dealt with; words after the command are the reply', 'pg.command.notreport': 'not a report; words after the command are the reason', 'pg.command.spam': 'the same, for spam', 'pg.command.register': 'as an answer: register the message', 'pg.command.status': 'where a report of this group stands',
};
