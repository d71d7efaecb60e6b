/** Українська: сторінка чергувань. */
export default {
  'r.title': 'Чергування',

  'r.page_title': 'Beatway: чергування',

  'r.skip': 'До тижня',

  'r.not_yours': 'Ця сторінка — для поліцейських відділень, чергової частини, керівників та адміністраторів.',


  'r.busy.week': 'Завантажую тиждень…',
  'r.busy.save': 'Зберігаю…',

  'r.precinct': 'Відділення',

  'r.week': 'Тиждень',
  'r.week.before': 'Попередній тиждень',
  'r.week.after': 'Наступний тиждень',
  'r.week.now': 'Цей тиждень',

  'r.add': 'Додати',

  'r.save': 'Зберегти',

  'r.remove': 'Вилучити',

  'r.add_officer': 'Новий поліцейський',

  'r.copy': 'Копіювати минулий тиждень',

  'r.import': 'Імпорт CSV',

  'r.export': 'Експорт CSV',

  'r.show_left': 'Показати звільнених',

  'r.undo': 'Скасувати дію',
  'r.undo.nothing': 'Скасовувати нічого',
  'r.undo.done': 'Дію скасовано.',
  'r.undo.many': { one: 'Скасувати: {n} запис разом', few: 'Скасувати: {n} записи разом', many: 'Скасувати: {n} записів разом', other: 'Скасувати: {n} записи разом' },
  'r.undo.one': 'Скасувати: {what} ({officer})',
  'r.undo.shift.added': 'додали зміну',
  'r.undo.shift.changed': 'змінили зміну',
  'r.undo.shift.removed': 'вилучили зміну',
  'r.undo.leave.added': 'додали відсутність',
  'r.undo.leave.changed': 'змінили відсутність',
  'r.undo.leave.removed': 'вилучили відсутність',
  'r.undo.posting.added': 'додали закріплення',
  'r.undo.posting.changed': 'змінили закріплення',
  'r.undo.posting.removed': 'вилучили закріплення',
  'r.undo.officer.added': 'додали поліцейського',
  'r.undo.officer.changed': 'змінили поліцейського',
  'r.undo.officer.removed': 'вилучили поліцейського',

  'r.from': 'з {since}',

  'r.day.hours': '{n} год',
  'r.day.clock': 'Цього дня переводять годинники',

  'r.on_now': 'Зараз на зміні {n} з {all}',
  'r.on_now.nobody': 'Зараз на зміні нікого немає.',

  'r.officers': 'Поліцейські',

  'r.track': '{name}: зміни',

  'r.left': 'Звільнено',

  'r.load': { one: '{n} відкрите звернення', few: '{n} відкриті звернення', many: '{n} відкритих звернень', other: '{n} відкриті звернення' },

  'r.load_of': 'звернень {n} із {limit}',

  'r.legend': 'Позначення',
  'r.legend.duty': 'Зміна',
  'r.legend.on_call': 'На виклик',
  'r.legend.away': 'Відсутність',
  'r.legend.truth': 'Насправді',

  'r.truth': '{name}: насправді на зміні.',
  'r.truth.came': 'Прибуття {at}.',
  'r.truth.went': 'Вибуття {at}.',

  'r.how': 'Проведіть по рядку, щоб додати зміну; потягніть зміну чи її край, щоб змінити. Натисніть на неї або на порожнє місце — усе можна вписати у форму. Delete вилучає, Esc скасовує рух. День у заголовку відкривається окремо.',

  'r.how_reader': 'Ви можете переглядати графік. Змінюють його чергова частина та адміністратори.',

  'r.empty': 'Поліцейських ще немає',
  'r.empty.next': 'Імпортуйте CSV або додайте першого.',
  'r.empty.reader': 'Їх додає чергова частина або адміністратор.',
  'r.empty.city': 'Меж ще немає',
  'r.empty.city_next': 'Спершу потрібні відділення: їх завантажує ГІС-фахівець на сторінці меж.',

  'r.shift.duty': 'Зміна',
  'r.shift.on_call': 'На виклик',

  'r.leave.vacation': 'Відпустка',
  'r.leave.sick': 'Лікарняний',
  'r.leave.training': 'Навчання',
  'r.leave.other': 'Відсутність',

  'r.posting.primary': 'Основний дільничний',
  'r.posting.deputy': 'Заступник',

  'r.posted.primary': 'осн. {beat}',
  'r.posted.deputy': 'заст. {beat}',

  'r.entry.new': 'Новий запис',
  'r.entry.change': 'Змінити запис',
  'r.entry.officer': 'Поліцейський',
  'r.entry.what': 'Що це',
  'r.entry.beat': 'Дільниця',
  'r.entry.since': 'Початок',
  'r.entry.until': 'Кінець',
  'r.entry.until_hint': 'Порожньо — без кінця. Час — за годинником міста.',
  'r.entry.no_time': 'Вкажіть початок; часу, який пропускають годинники, не буває.',
  'r.entry.ends_before': 'Кінець має бути пізніше за початок.',

  'r.time.skipped': 'Такого часу немає: годинники тоді переводять уперед.',
  'r.time.twice': 'Цей час буває двічі: годинники переводять назад. Котрий?',
  'r.time.first': 'Перший, до переведення',
  'r.time.second': 'Другий, після переведення',

  'r.quick': 'Звичайні зміни',
  'r.quick.day': 'Денна 08–20',
  'r.quick.night': 'Нічна 20–08',
  'r.quick.whole': 'Доба 08–08',

  'r.done.added': '{name}: додано — {what}, {period}.',
  'r.done.changed': '{name}: змінено — {what}, {period}.',
  'r.done.removed': '{name}: вилучено — {what}, {period}.',
  'r.done.officer_added': 'Додано: {name}.',
  'r.done.officer_changed': 'Збережено: {name}.',
  'r.done.came': '{name} — на зміні.',
  'r.done.went': '{name} — не на зміні.',

  'r.duty.on': 'Відмітити прибуття',
  'r.duty.off': 'Відмітити вибуття',

  'r.officer.new': 'Новий поліцейський',
  'r.officer.facts': 'Дані',
  'r.officer.code': 'Код',
  'r.officer.name': 'Прізвище, ім’я, по батькові',
  'r.officer.rank': 'Звання',
  'r.officer.reception': 'Години прийому',
  'r.officer.reception_hint': 'Їх бачать мешканці.',
  'r.officer.phone': 'Телефон',
  'r.officer.phone_hint': 'Лише для чергової частини та керівників.',
  'r.officer.limit': 'Межа навантаження',
  'r.officer.limit_hint': 'Стільки відкритих звернень — і нових система не дає. Порожньо — загальна межа.',
  'r.officer.active': 'Служить',
  'r.officer.postings': 'Закріплення',
  'r.officer.no_postings': 'Ні за якою дільницею не закріплено.',
  'r.officer.post': 'Закріпити за дільницею',

  'r.copy.title': 'Копіювати тиждень: з {from} на {to}',
  'r.copy.looking': 'Дивлюся, що додасться…',
  'r.copy.yes': 'Скопіювати',
  'r.copy.yes_n': { one: 'Додати {n} зміну', few: 'Додати {n} зміни', many: 'Додати {n} змін', other: 'Додати {n} зміни' },
  'r.copy.added': 'Додасться: {n}',
  'r.copy.skipped': 'Не додасться: {n}',
  'r.copy.same': { one: 'Уже є: {n} така сама зміна.', few: 'Уже є: {n} такі самі зміни.', many: 'Уже є: {n} таких самих змін.', other: 'Уже є: {n} такі самі зміни.' },
  'r.copy.all_there': 'Усе вже є.',
  'r.copy.nothing': 'Минулого тижня змін не було: копіювати нічого.',
  'r.copy.why.overlap': 'Вже є інша зміна: {period}',
  'r.copy.why.on_leave': 'Відсутність: {period}',
  'r.copy.why.endless': 'Зміна без кінця: її не копіюють.',
  'r.copy.done': { one: 'Додано {n} зміну.', few: 'Додано {n} зміни.', many: 'Додано {n} змін.', other: 'Додано {n} зміни.' },

  'r.file.title': 'Імпорт графіка з CSV',
  'r.file.lead': 'Спершу ви побачите, що зміниться. Формат — той самий, що в експорті.',
  'r.file.choose': 'Виберіть файл CSV або перетягніть його сюди',
  'r.file.reading': 'Читаю файл…',
  'r.file.too_large': 'Файл завеликий: можна до 8 МБ.',
  'r.file.yes': 'Застосувати',
  'r.file.faults': { one: '{n} помилка: нічого не змінено', few: '{n} помилки: нічого не змінено', many: '{n} помилок: нічого не змінено', other: '{n} помилки: нічого не змінено' },
  'r.file.line': 'Рядок {n}.',
  'r.file.added': 'додається',
  'r.file.changed': 'змінюється',
  'r.file.ended': 'завершується',
  'r.file.verb.added': 'Додається',
  'r.file.verb.changed': 'Змінюється',
  'r.file.verb.ended': 'Завершується',
  'r.file.officer.added': 'Новий поліцейський',
  'r.file.officer.changed': 'Дані',
  'r.file.officer.ended': 'Більше не служить',
  'r.file.nothing': 'Файл нічого не змінює: усе вже так.',
  'r.file.unchanged': 'Без змін: {n}',
  'r.file.more': 'І ще {n}.',
  'r.file.done': 'Імпортовано. Додано {added}, змінено {changed}, завершено {ended}.',

  'r.yes': 'так',

  'r.no': 'ні',

  'r.fact.name': 'ім’я',
  'r.fact.rank': 'звання',
  'r.fact.precinct': 'відділення',
  'r.fact.reception': 'години прийому',
  'r.fact.phone': 'телефон',
  'r.fact.load_limit': 'межа навантаження',
  'r.fact.active': 'служить',

  'r.error.no_answer': 'Сервер не відповідає. Перевірте зв’язок і спробуйте ще раз.',
  'r.error.no_precinct': 'Такого відділення немає або воно не ваше. Показано ваше.',
  'r.error.unknown': 'Сталася помилка на сторінці. Оновіть її й спробуйте ще раз.',
  'r.error.status': 'Сервер відмовив ({status}).',
  'r.error.on_duty_once': 'У цей час уже є інша зміна: {period}. Нічого не змінено.',
  'r.error.away_once': 'У цей час уже є інша відсутність: {period}. Нічого не змінено.',
  'r.error.posted_once': 'За цією дільницею вже закріплено: {period}. Нічого не змінено.',
  'r.error.one_primary_a_beat': 'У дільниці вже є основний дільничний: {period}. Нічого не змінено.',
  'r.error.overlap': 'У цей час уже є інший запис. Нічого не змінено.',
  'r.error.stale': 'Це тим часом хтось змінив. Показано теперішній стан — подивіться й повторіть.',
  'r.error.not_found': 'Цього запису вже немає: його тим часом вилучили.',
  'r.error.officer_exists': 'Поліцейський із таким кодом уже є.',
  'r.error.on_leave': 'Поліцейський відсутній за графіком: спершу завершіть відсутність.',
  'r.error.forbidden': 'Ваша роль цього не дозволяє або графік веде інше відділення.',
  'r.error.changed_since': 'Це вже змінив хтось інший: скасувати не вийде.',
  'r.error.nothing_to_undo': 'Скасовувати нічого.',
  'r.error.roster_moved': 'Графік тим часом змінився. Ось що буде тепер — перевірте ще раз.',
  'r.error.busy': 'Саме зараз звернення розподіляються без упину. Нічого не змінено, спробуйте за мить.',
  'r.error.too_large': 'Файл завеликий: можна до 8 МБ.',
  'r.error.unavailable': 'Сервер зараз не може цього зробити. Спробуйте трохи пізніше.',
};
