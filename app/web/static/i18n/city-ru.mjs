/** Русский: сроки, обзор города, участки без полицейского. */
export default {
  'due.acknowledge': 'принять за {time}', 'due.on_scene': 'быть на месте за {time}',
  'due.late.acknowledge': 'просрочено {time}', 'due.late.on_scene': 'на месте: просрочено {time}',
  'due.now.acknowledge': 'только что просрочено', 'due.now.on_scene': 'на месте: только что просрочено',
  'due.by.acknowledge': 'Принять до: {time}', 'due.by.on_scene': 'Быть на месте до: {time}',
  'due.told.next_officer': 'Просрочено: передано следующему.', 'due.told.desk': 'Просрочено: дежурная часть извещена.', 'due.told.leader': 'Просрочено: дежурная часть и руководитель извещены.',
  'late.acknowledge': 'Не принято вовремя.', 'late.on_scene': 'На месте никого нет вовремя.', 'late.handed': 'Теперь отвечает: {owner}.',
  'late.told.desk': 'Извещена дежурная часть.', 'late.told.leader': 'Извещён руководитель.',
  'late.notice.acknowledge': '№ {number}: никто не принял до {time}. {district}.', 'late.notice.on_scene': '№ {number}: никого нет на месте, должны были быть до {time}. {district}.', 'late.show_all': 'Показать просроченные', 'late.owner': 'Отвечает: {owner}.',
  'event.escalated': 'Просрочено', 'skipped.no_answer': 'не принял вовремя',
  'part.shown': 'Показано: {what}', 'part.overdue': 'просроченные', 'part.unplaced': 'вне отделов',

  'city.page_title': 'Обзор города — Beatway', 'city.title': 'Обзор города', 'city.skip': 'К обзору', 
  'city.not_yours': 'Эта страница не для вашей роли.', 'city.failed': 'Сервер не отвечает. Показано то, что уже загружено.',
  'city.tab.city': 'Город', 'city.tab.beats': 'Участки', 'city.tab.deadlines': 'Сроки', 'city.tabs': 'Разделы обзора',
  'city.as_of': 'По состоянию на {time}', 'city.loading': 'Загружаю обзор…',
  'city.open': 'Открытые', 'city.unacknowledged': 'Ещё не приняты', 'city.overdue': 'Просроченные', 'city.overdue_parts': 'принять {take} · на месте {come}',
  'city.oldest': 'Дольше всех ждёт', 'city.oldest_none': 'Никто не ждёт', 'city.on_duty': 'На смене', 'city.on_duty_of': '{n} из {all}', 'city.unattended': 'Участки без полицейского', 'city.unattended_short': 'Без полицейского',
  'city.empty': 'Открытых обращений нет', 'city.empty_next': 'Новое появится здесь само.', 'city.no_boundaries': 'Границы ещё не загружены: обращения получает дежурная часть города.',
  'city.precincts': 'По отделам', 'city.precinct': 'Отдел', 'city.nowhere': 'Вне отделов',
  'city.officers': 'Полицейские на смене', 'city.officers_none': 'На смене никого нет.', 'city.officers_all': { one: 'Показать всех: {n}', few: 'Показать всех: {n}', many: 'Показать всех: {n}', other: 'Показать всех: {n}' },
  'city.load': { one: '{n} обращение', few: '{n} обращения', many: '{n} обращений', other: '{n} обращения' }, 'city.load_limit': 'предел {n}', 'city.load_late': 'просрочено {n}',

  'beats.now': 'Сейчас без полицейского', 'beats.none': 'На каждом участке есть полицейский.', 'beats.since': 'с {time}', 'beats.cover': 'Заменяет: {owner}', 'beats.cover_rung.neighbour': 'соседний участок', 'beats.cover_rung.precinct_officer': 'этот же отдел', 'beats.cover_rung.precinct_desk': 'дежурная часть', 'beats.cover_rung.city_desk': 'дежурная часть города',
  'beats.posted': 'Закреплены: {names}', 'beats.why.vacant': 'должность вакантна', 'beats.why.off_shift': 'не на смене', 'beats.why.on_leave': 'в отпуске', 'beats.no_reports': 'открытых обращений нет',
  'beats.forecast': 'Прогноз на семь дней', 'beats.forecast_what': 'По графику: когда на участке не будет никого из закреплённых. Смены, отмеченные кнопкой «На смене», здесь не учтены.',
  'beats.beat': 'Участок', 'beats.covered': '✓', 'beats.all_day': 'весь день', 'beats.covered_long': 'полицейский есть весь день', 'beats.only_gaps': 'Только участки с пробелами', 'beats.no_gaps': 'Пробелов в графике нет.', 'beats.any_precinct': 'Все отделы', 'beats.legend': 'Заштриховано — никого нет', 'beats.no_districts': 'Участков ещё нет: импортируйте границы.',

  'rules.title': 'Сроки по приоритету', 'rules.what': 'Время считается от поступления обращения, а также заново, когда найдено место, обращение возвращено в очередь или открыто снова. Сроки категории, если они заданы, важнее.',
  'rules.then': 'Не принято вовремя — обращение получает следующий по порядку замены, дальше узнаёт дежурная часть, потом руководитель, с паузой {n} мин. Изменения действуют для новых обращений.',
  'rules.priority': 'Приоритет', 'rules.acknowledge': 'Принять за, мин', 'rules.on_scene': 'Быть на месте за, мин', 'rules.none': 'без срока', 'rules.save': 'Сохранить сроки', 'rules.saved': 'Сроки сохранены.', 'rules.scene_too_soon': 'Не сохранено: на месте нельзя быть раньше, чем обращение принято.', 'rules.failed': 'Не сохранено: {detail}', 'rules.no_answer': 'Нет связи: сроки не сохранены.', 'rules.top': 'высший', 'rules.read_only': 'Сроки меняет дежурная часть города или администратор.',
};
