/** Українська: строки, огляд міста, дільниці без поліцейського. */
export default {
  'due.acknowledge': 'прийняти за {time}', 'due.on_scene': 'бути на місці за {time}',
  'due.late.acknowledge': 'прострочено {time}', 'due.late.on_scene': 'на місці: прострочено {time}',
  'due.now.acknowledge': 'щойно прострочено', 'due.now.on_scene': 'на місці: щойно прострочено',
  'due.by.acknowledge': 'Прийняти до: {time}', 'due.by.on_scene': 'Бути на місці до: {time}',
  'due.told.next_officer': 'Прострочено: передано наступному.', 'due.told.desk': 'Прострочено: чергову частину повідомлено.', 'due.told.leader': 'Прострочено: чергову частину і керівника повідомлено.',
  'late.acknowledge': 'Не прийнято вчасно.', 'late.on_scene': 'На місці немає нікого вчасно.', 'late.handed': 'Тепер відповідає: {owner}.',
  'late.told.desk': 'Повідомлено чергову частину.', 'late.told.leader': 'Повідомлено керівника.',
  'late.notice.acknowledge': '№ {number}: ніхто не прийняв до {time}. {district}.', 'late.notice.on_scene': '№ {number}: нікого немає на місці, мали бути до {time}. {district}.', 'late.show_all': 'Показати прострочені', 'late.owner': 'Відповідає: {owner}.',
  'event.escalated': 'Прострочено', 'skipped.no_answer': 'не прийняв вчасно',
  'part.shown': 'Показано: {what}', 'part.overdue': 'прострочені', 'part.unplaced': 'поза відділеннями',

  'city.page_title': 'Огляд міста — Beatway', 'city.title': 'Огляд міста', 'city.skip': 'До огляду', 
  'city.not_yours': 'Ця сторінка не для вашої ролі.', 'city.failed': 'Сервер не відповідає. Показано те, що вже завантажено.',
  'city.tab.city': 'Місто', 'city.tab.beats': 'Дільниці', 'city.tab.deadlines': 'Строки', 'city.tabs': 'Розділи огляду',
  'city.as_of': 'Станом на {time}', 'city.loading': 'Завантажую огляд…',
  'city.open': 'Відкриті', 'city.unacknowledged': 'Ще не прийняті', 'city.overdue': 'Прострочені', 'city.overdue_parts': 'прийняти {take} · на місці {come}',
  'city.oldest': 'Найдовше чекає', 'city.oldest_none': 'Ніхто не чекає', 'city.on_duty': 'На зміні', 'city.on_duty_of': '{n} із {all}', 'city.unattended': 'Дільниці без поліцейського', 'city.unattended_short': 'Без поліцейського',
  'city.empty': 'Відкритих звернень немає', 'city.empty_next': 'Нове з’явиться тут саме.', 'city.no_boundaries': 'Меж ще не завантажено: звернення отримує чергова частина міста.',
  'city.precincts': 'За відділеннями', 'city.precinct': 'Відділення', 'city.nowhere': 'Поза відділеннями',
  'city.officers': 'Поліцейські на зміні', 'city.officers_none': 'На зміні немає нікого.', 'city.officers_all': { one: 'Показати всіх: {n}', few: 'Показати всіх: {n}', many: 'Показати всіх: {n}', other: 'Показати всіх: {n}' },
  'city.load': { one: '{n} звернення', few: '{n} звернення', many: '{n} звернень', other: '{n} звернення' }, 'city.load_limit': 'межа {n}', 'city.load_late': 'прострочено {n}',

  'beats.now': 'Зараз без поліцейського', 'beats.none': 'На кожній дільниці є поліцейський.', 'beats.since': 'з {time}', 'beats.cover': 'Замінює: {owner}', 'beats.cover_rung.neighbour': 'сусідня дільниця', 'beats.cover_rung.precinct_officer': 'це ж відділення', 'beats.cover_rung.precinct_desk': 'чергова частина', 'beats.cover_rung.city_desk': 'чергова частина міста',
  'beats.posted': 'Закріплено: {names}', 'beats.why.vacant': 'посада вакантна', 'beats.why.off_shift': 'не на зміні', 'beats.why.on_leave': 'у відпустці', 'beats.no_reports': 'відкритих звернень немає',
  'beats.forecast': 'Прогноз на сім днів', 'beats.forecast_what': 'За графіком: коли на дільниці не буде нікого із закріплених. Зміни, зроблені кнопкою «На зміні», тут не враховано.',
  'beats.beat': 'Дільниця', 'beats.covered': '✓', 'beats.all_day': 'весь день', 'beats.covered_long': 'поліцейський є весь день', 'beats.only_gaps': 'Лише дільниці з прогалинами', 'beats.no_gaps': 'Прогалин у графіку немає.', 'beats.any_precinct': 'Усі відділення', 'beats.legend': 'Заштриховано — нікого немає', 'beats.no_districts': 'Дільниць ще немає: імпортуйте межі.',

  'rules.title': 'Строки за пріоритетом', 'rules.what': 'Час рахується від надходження звернення, а також заново, коли знайдено місце, звернення повернено в чергу або відкрито знову. Строки категорії, якщо їх задано, важать більше.',
  'rules.then': 'Не прийнято вчасно — звернення отримує наступний за порядком заміни, далі дізнається чергова частина, потім керівник, з паузою {n} хв. Зміни діють для нових звернень.',
  'rules.priority': 'Пріоритет', 'rules.acknowledge': 'Прийняти за, хв', 'rules.on_scene': 'Бути на місці за, хв', 'rules.none': 'без строку', 'rules.save': 'Зберегти строки', 'rules.saved': 'Строки збережено.', 'rules.scene_too_soon': 'Не збережено: на місці не можна бути раніше, ніж звернення прийнято.', 'rules.failed': 'Не збережено: {detail}', 'rules.no_answer': 'Немає зв’язку: строки не збережено.', 'rules.top': 'найвищий', 'rules.read_only': 'Строки змінює чергова частина міста або адміністратор.',
};
