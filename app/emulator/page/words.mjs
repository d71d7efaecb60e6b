/** The page's own words in three languages; what the bot says is the bot's. */

const WORDS = {
  uk: {
    chats: 'Чати', privateChat: '🔒 Бот особисто', newGroup: 'Публічна група', groupTitle: 'Безпечне місто', reply: 'Відповісти', replying: 'Відповідь на повідомлення',
    title: 'Чат мешканця', online: 'на звʼязку', offline: 'не на звʼязку', typing: 'друкує…',
    people: 'Мешканці', peopleHint: 'Оберіть, від чийого імені писати', newPerson: 'Новий мешканець', name: 'Імʼя', nameLanguage: 'Мова',
    add: 'Додати', cancel: 'Скасувати', close: 'Закрити', openPeople: 'Мешканці', language: 'Мова сторінки',
    emptyTitle: 'Повідомте, що сталося', emptyText: 'Тут ви — мешканець міста. Надішліть місце події, опишіть її словами або додайте фото. Бот зареєструє звернення й відповість, а поліцейський побачить його на карті.',
    emptyStart: 'Натисніть «Почати», щоб заговорити з ботом.', start: 'Почати', sharePlace: 'Надіслати місце події',
    write: 'Повідомлення', send: 'Надіслати', attach: 'Додати файл', place: 'Місце на карті', photoVideo: 'Фото або відео', audio: 'Аудіо як голосове', document: 'Документ', samplePhoto: 'Зразок фото',
    commands: 'Команди бота', keyboard: 'Кнопки бота', block: 'Заблокувати бота', unblock: 'Розблокувати бота', blocked: 'Ви заблокували бота. Він не може вам писати.',
    botAway: 'Бот зараз не на звʼязку. Повідомлення збережено — він отримає їх, щойно повернеться.', noServer: 'Немає звʼязку з емулятором. Пробую ще раз…',
    sending: 'надсилається', kept: 'надіслано, бот ще не отримав', delivered: 'бот отримав', failed: 'не надіслано', retry: 'Повторити', drop: 'Прибрати',
    edited: 'змінено', edit: 'Змінити повідомлення', editing: 'Зміна повідомлення', save: 'Зберегти', today: 'Сьогодні', yesterday: 'Учора',
    photo: 'Фото', video: 'Відео', voice: 'Голосове повідомлення', contact: 'Контакт', poll: 'Опитування', unknown: 'Повідомлення іншого виду', topicClosed: 'Тему закрито', topicReopened: 'Тему відкрито знову', pinned: 'Місце', live: 'Трансляція місця', liveOver: 'Трансляцію завершено', accuracy: 'похибка', metres: 'м',
    pickTitle: 'Де це сталося?', pickHint: 'Пересуньте карту так, щоб позначка стала на місце події.', moveHint: 'Рухайте карту — бот бачить нове місце.', accuracyLabel: 'Похибка', exact: 'точно',
    coordinates: 'Ввести координати', longitude: 'Довгота', latitude: 'Широта', namedPlace: 'Надіслати як місце з назвою', placeName: 'Назва', placeAddress: 'Адреса', sendPlace: 'Надіслати це місце', sendLive: 'Транслювати 15 хв',
    noMap: 'Карта тут не працює. Введіть координати.', noCity: 'Карту міста ще не завантажено. Позначку можна ставити й без неї.', badPoint: 'Широта — від −90 до 90, довгота — від −180 до 180.', mapLabel: 'Карта міста. Стрілки рухають карту, плюс і мінус змінюють масштаб.',
    zoomIn: 'Збільшити', zoomOut: 'Зменшити', liveOn: 'Ваше місце транслюється', move: 'Пересунути', stop: 'Зупинити', done: 'Готово', shareContact: 'Бот просить ваш номер телефону. Надіслати?', yes: 'Надіслати',
    developers: 'Для розробників: збої', faultKind: 'Збій', faultMethod: 'Метод', anyMethod: 'будь-який', times: 'Разів', setFault: 'Увімкнути', clearFaults: 'Прибрати всі', noFaults: 'Збоїв немає', left: 'лишилося', hold: 'Затримати доставку боту', pending: 'Чекають на бота', violations: 'Перевищень темпу', lastCalls: 'Останні виклики бота',
    too_many_requests: '429: зачекайте', blockedFault: '403: заблоковано', server_error: '502: збій сервера', drop_before: 'обрив до виконання', drop_after: 'обрив після виконання', delay: 'затримка 3 с',
    tooBig: 'Файл завеликий: до 20 МБ.', refused: 'Не вийшло', unread: 'непрочитаних', messages: 'Повідомлення', you: 'Ви', bot: 'Бот',
  },
  ru: {
    chats: 'Чаты', privateChat: '🔒 Бот лично', newGroup: 'Публичная группа', groupTitle: 'Безопасный город', reply: 'Ответить', replying: 'Ответ на сообщение',
    title: 'Чат жителя', online: 'на связи', offline: 'не на связи', typing: 'печатает…',
    people: 'Жители', peopleHint: 'Выберите, от чьего имени писать', newPerson: 'Новый житель', name: 'Имя', nameLanguage: 'Язык',
    add: 'Добавить', cancel: 'Отмена', close: 'Закрыть', openPeople: 'Жители', language: 'Язык страницы',
    emptyTitle: 'Сообщите, что случилось', emptyText: 'Здесь вы — житель города. Отправьте место происшествия, опишите его словами или приложите фото. Бот зарегистрирует обращение и ответит, а полицейский увидит его на карте.',
    emptyStart: 'Нажмите «Начать», чтобы заговорить с ботом.', start: 'Начать', sharePlace: 'Отправить место происшествия',
    write: 'Сообщение', send: 'Отправить', attach: 'Прикрепить файл', place: 'Место на карте', photoVideo: 'Фото или видео', audio: 'Аудио как голосовое', document: 'Документ', samplePhoto: 'Образец фото',
    commands: 'Команды бота', keyboard: 'Кнопки бота', block: 'Заблокировать бота', unblock: 'Разблокировать бота', blocked: 'Вы заблокировали бота. Он не может вам писать.',
    botAway: 'Бот сейчас не на связи. Сообщения сохранены — он получит их, как только вернётся.', noServer: 'Нет связи с эмулятором. Пробую ещё раз…',
    sending: 'отправляется', kept: 'отправлено, бот ещё не получил', delivered: 'бот получил', failed: 'не отправлено', retry: 'Повторить', drop: 'Убрать',
    edited: 'изменено', edit: 'Изменить сообщение', editing: 'Изменение сообщения', save: 'Сохранить', today: 'Сегодня', yesterday: 'Вчера',
    photo: 'Фото', video: 'Видео', voice: 'Голосовое сообщение', contact: 'Контакт', poll: 'Опрос', unknown: 'Сообщение другого вида', topicClosed: 'Тема закрыта', topicReopened: 'Тема снова открыта', pinned: 'Место', live: 'Трансляция места', liveOver: 'Трансляция завершена', accuracy: 'погрешность', metres: 'м',
    pickTitle: 'Где это случилось?', pickHint: 'Передвиньте карту так, чтобы метка встала на место происшествия.', moveHint: 'Двигайте карту — бот видит новое место.', accuracyLabel: 'Погрешность', exact: 'точно',
    coordinates: 'Ввести координаты', longitude: 'Долгота', latitude: 'Широта', namedPlace: 'Отправить как место с названием', placeName: 'Название', placeAddress: 'Адрес', sendPlace: 'Отправить это место', sendLive: 'Транслировать 15 мин',
    noMap: 'Карта здесь не работает. Введите координаты.', noCity: 'Карта города ещё не загружена. Метку можно ставить и без неё.', badPoint: 'Широта — от −90 до 90, долгота — от −180 до 180.', mapLabel: 'Карта города. Стрелки двигают карту, плюс и минус меняют масштаб.',
    zoomIn: 'Приблизить', zoomOut: 'Отдалить', liveOn: 'Ваше место транслируется', move: 'Передвинуть', stop: 'Остановить', done: 'Готово', shareContact: 'Бот просит ваш номер телефона. Отправить?', yes: 'Отправить',
    developers: 'Для разработчиков: сбои', faultKind: 'Сбой', faultMethod: 'Метод', anyMethod: 'любой', times: 'Раз', setFault: 'Включить', clearFaults: 'Убрать все', noFaults: 'Сбоев нет', left: 'осталось', hold: 'Задержать доставку боту', pending: 'Ждут бота', violations: 'Превышений темпа', lastCalls: 'Последние вызовы бота',
    too_many_requests: '429: подождите', blockedFault: '403: заблокирован', server_error: '502: сбой сервера', drop_before: 'обрыв до выполнения', drop_after: 'обрыв после выполнения', delay: 'задержка 3 с',
    tooBig: 'Файл слишком велик: до 20 МБ.', refused: 'Не получилось', unread: 'непрочитанных', messages: 'Сообщения', you: 'Вы', bot: 'Бот',
  },
  en: {
    chats: 'Chats', privateChat: '🔒 The bot in private', newGroup: 'Public group', groupTitle: 'Safe city', reply: 'Reply', replying: 'Answering a message',
    title: 'Citizen’s chat', online: 'online', offline: 'away', typing: 'typing…',
    people: 'Citizens', peopleHint: 'Choose whom to write as', newPerson: 'New citizen', name: 'Name', nameLanguage: 'Language',
    add: 'Add', cancel: 'Cancel', close: 'Close', openPeople: 'Citizens', language: 'Language of the page',
    emptyTitle: 'Tell what happened', emptyText: 'Here you are a citizen. Send the place where it happened, describe it, or add a photo. The bot registers your report and answers, and an officer sees it on the map.',
    emptyStart: 'Press “Start” to begin talking to the bot.', start: 'Start', sharePlace: 'Send the place',
    write: 'Message', send: 'Send', attach: 'Attach a file', place: 'Place on the map', photoVideo: 'Photo or video', audio: 'Audio as a voice message', document: 'Document', samplePhoto: 'Sample photo',
    commands: 'The bot’s commands', keyboard: 'The bot’s buttons', block: 'Block the bot', unblock: 'Unblock the bot', blocked: 'You blocked the bot. It cannot write to you.',
    botAway: 'The bot is away. Your messages are kept, and it gets them as soon as it is back.', noServer: 'The emulator cannot be reached. Trying again…',
    sending: 'sending', kept: 'sent, the bot has not got it yet', delivered: 'the bot has got it', failed: 'not sent', retry: 'Try again', drop: 'Discard',
    edited: 'edited', edit: 'Edit the message', editing: 'Editing a message', save: 'Save', today: 'Today', yesterday: 'Yesterday',
    photo: 'Photo', video: 'Video', voice: 'Voice message', contact: 'Contact', poll: 'Poll', unknown: 'Another kind of message', topicClosed: 'Topic closed', topicReopened: 'Topic reopened', pinned: 'Place', live: 'Live location', liveOver: 'Live location has ended', accuracy: 'accuracy', metres: 'm',
    pickTitle: 'Where did it happen?', pickHint: 'Move the map until the pin is on the spot.', moveHint: 'Move the map: the bot sees the new place.', accuracyLabel: 'Accuracy', exact: 'exact',
    coordinates: 'Type coordinates', longitude: 'Longitude', latitude: 'Latitude', namedPlace: 'Send as a named place', placeName: 'Name', placeAddress: 'Address', sendPlace: 'Send this place', sendLive: 'Share live for 15 min',
    noMap: 'The map does not work here. Type the coordinates.', noCity: 'The map of the city is not loaded yet. You can place the pin without it.', badPoint: 'Latitude is −90 to 90, longitude −180 to 180.', mapLabel: 'Map of the city. Arrow keys move it, plus and minus zoom.',
    zoomIn: 'Zoom in', zoomOut: 'Zoom out', liveOn: 'Your location is live', move: 'Move', stop: 'Stop', done: 'Done', shareContact: 'The bot asks for your phone number. Send it?', yes: 'Send',
    developers: 'For developers: faults', faultKind: 'Fault', faultMethod: 'Method', anyMethod: 'any', times: 'Times', setFault: 'Set', clearFaults: 'Clear all', noFaults: 'No faults', left: 'left', hold: 'Hold delivery to the bot', pending: 'Waiting for the bot', violations: 'Sent too fast', lastCalls: 'The bot’s last calls',
    too_many_requests: '429: wait', blockedFault: '403: blocked', server_error: '502: server error', drop_before: 'dropped before it is done', drop_after: 'dropped after it is done', delay: 'delay of 3 s',
    tooBig: 'The file is too big: up to 20 MB.', refused: 'That did not work', unread: 'unread', messages: 'Messages', you: 'You', bot: 'Bot',
  },
};

export const LANGUAGES = { uk: 'Українська', ru: 'Русский', en: 'English' };

/** @returns {'uk' | 'ru' | 'en'} */
function chosen() {
  const asked = new URLSearchParams(location.search).get('lang') ?? remembered('language');
  return /** @type {any} */ (asked && asked in WORDS ? asked : 'uk');
}

/** @param {string} key @returns {string | null} null too where the browser keeps nothing for us */
export function remembered(key) {
  try {
    return localStorage.getItem(`chat-${key}`);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value */
export function remember(key, value) {
  try {
    localStorage.setItem(`chat-${key}`, value);
  } catch {
    // In a private window it is forgotten, that is all.
  }
}

export const language = chosen();
export const words = WORDS[language];
