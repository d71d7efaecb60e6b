"""What is read in public groups, and of them."""

UK = {
    "group_place": "Щоб не писати адресу при всіх, надішліть місце боту особисто — кнопка нижче.",
    "group_place_here": "Де це сталося, з’ясує черговий.",
    "group_button": "📍 № {number}: показати місце",
    "group_follow_button": "🔒 № {number}: стежити особисто",
    "group_from_now": "Відтепер про це звернення пишемо вам сюди.",
    "group_known": "Це вже зареєстровано: № {number}.",
    "group_unknown": "Це повідомлення не зареєстровано. Щоб зареєструвати, дайте відповідь на нього: /register",
    "group_hint": (
        "Щоб повідомити поліцію, напишіть тут, що сталося і де, або дайте відповідь на повідомлення"
        " командою /report. Особисте — боту напряму. Загроза життю — 102 або 112."
    ),
    "group_private_button": "🔒 Написати особисто",
    "group_not_done": "№ {number}: не виконано. {why}",
    "group_not_here": "Цей код — для публічної групи чи каналу: додайте туди бота і надішліть там /safecity з кодом.",
    "group_is_desks": "Це група чергової частини, публічною вона бути не може. Спершу від’єднайте її на сторінці.",
    "group_is_public": "Це публічна група, групою чергової частини вона бути не може. Спершу від’єднайте її на сторінці «Публічні групи».",
    "group_code_bad": "Цей код уже не діє. Візьміть новий: сторінка → меню → «Публічні групи».",
    "group_linked": (
        "✅ Тут працює «Безпечне місто». Напишіть, що сталося і де, — повідомлення отримає номер і"
        " потрапить до поліції. Звичайні розмови бот не чіпає.\n\n"
        "Адміністраторам: ваша відповідь на повідомлення стає відповіддю поліції в журналі. Зробіть"
        " бота адміністратором із правом видаляти повідомлення — інакше він може не бачити всього."
    ),
    "group_linked_channel": (
        "✅ Канал пов’язано з «Безпечним містом». Повідомлення мешканців — у коментарях: додайте бота"
        " й до групи обговорення і надішліть там ще один код."
    ),
    "group_preview": "⚠️ Це прочитають усі в публічній групі:",
    "group_which": "Тут кілька звернень: дайте відповідь на повідомлення самого мешканця.",
    "group_spam": "Спам",
    "group_no_report": "Не звернення",
    "command_report": "Повідомити поліцію (або відповіддю на повідомлення)",
    "command_register": "Зареєструвати повідомлення (відповіддю)",
    "command_done": "Опрацьовано (відповіддю або з номером)",
    "command_notreport": "Це не звернення (відповіддю)",
    "command_spam": "Спам (відповіддю)",
    "command_status_of": "Стан звернення (відповіддю або з номером)",
}

RU = {
    "group_place": "Чтобы не писать адрес при всех, отправьте место боту лично — кнопка ниже.",
    "group_place_here": "Где это произошло, выяснит дежурный.",
    "group_button": "📍 № {number}: показать место",
    "group_follow_button": "🔒 № {number}: следить лично",
    "group_from_now": "Теперь об этом обращении пишем вам сюда.",
    "group_known": "Это уже зарегистрировано: № {number}.",
    "group_unknown": "Это сообщение не зарегистрировано. Чтобы зарегистрировать, ответьте на него: /register",
    "group_hint": (
        "Чтобы сообщить полиции, напишите здесь, что произошло и где, или ответьте на сообщение"
        " командой /report. Личное — боту напрямую. Угроза жизни — 102 или 112."
    ),
    "group_private_button": "🔒 Написать лично",
    "group_not_done": "№ {number}: не выполнено. {why}",
    "group_not_here": "Этот код — для публичной группы или канала: добавьте туда бота и отправьте там /safecity с кодом.",
    "group_is_desks": "Это группа дежурной части, публичной она быть не может. Сначала отсоедините её на странице.",
    "group_is_public": "Это публичная группа, группой дежурной части она быть не может. Сначала отсоедините её на странице «Публичные группы».",
    "group_code_bad": "Этот код уже не действует. Возьмите новый: страница → меню → «Публичные группы».",
    "group_linked": (
        "✅ Здесь работает «Безопасный город». Напишите, что произошло и где, — сообщение получит"
        " номер и попадёт в полицию. Обычные разговоры бот не трогает.\n\n"
        "Администраторам: ваш ответ на сообщение становится ответом полиции в журнале. Сделайте бота"
        " администратором с правом удалять сообщения — иначе он может видеть не всё."
    ),
    "group_linked_channel": (
        "✅ Канал связан с «Безопасным городом». Сообщения жителей — в комментариях: добавьте бота и"
        " в группу обсуждения и отправьте там ещё один код."
    ),
    "group_preview": "⚠️ Это прочтут все в публичной группе:",
    "group_which": "Здесь несколько обращений: ответьте на сообщение самого жителя.",
    "group_spam": "Спам",
    "group_no_report": "Не обращение",
    "command_report": "Сообщить полиции (или ответом на сообщение)",
    "command_register": "Зарегистрировать сообщение (ответом)",
    "command_done": "Отработано (ответом или с номером)",
    "command_notreport": "Это не обращение (ответом)",
    "command_spam": "Спам (ответом)",
    "command_status_of": "Состояние обращения (ответом или с номером)",
}

EN = {
    "group_place": "So that not everybody reads the address, send the place to the bot in private: the button below.",
    "group_place_here": "The duty desk will find out where it is.",
    "group_button": "📍 № {number}: show the place",
    "group_follow_button": "🔒 № {number}: follow in private",
    "group_from_now": "From now on we write to you here about this report.",
    "group_known": "This is registered already: № {number}.",
    "group_unknown": "This message is not registered. To register it, answer it with /register",
    "group_hint": (
        "To tell the police, write here what happened and where, or answer a message with /report."
        " For anything personal write to the bot itself. Life in danger: call 102 or 112."
    ),
    "group_private_button": "🔒 Write in private",
    "group_not_done": "№ {number}: not done. {why}",
    "group_not_here": "This code is for a public group or channel: add the bot there and send /safecity with the code in it.",
    "group_is_desks": "This is a desk's group and cannot be public. Unlink it on the page first.",
    "group_is_public": "This is a public group and cannot be a desk's. Unlink it on the page “Public groups” first.",
    "group_code_bad": "This code is no longer good. Take a new one: page → menu → “Public groups”.",
    "group_linked": (
        "✅ “Safe city” works here. Write what happened and where: the message gets a number and"
        " reaches the police. The bot leaves ordinary talk alone.\n\n"
        "For administrators: your answer to a message becomes the police's reply in the register. Make"
        " the bot an administrator that may delete messages, or it may not see everything."
    ),
    "group_linked_channel": (
        "✅ The channel is linked to “Safe city”. What citizens tell stands in the comments: add the"
        " bot to the discussion group too and send another code there."
    ),
    "group_preview": "⚠️ Everybody in the public group will read:",
    "group_which": "There are several reports here: answer the citizen’s own message.",
    "group_spam": "Spam",
    "group_no_report": "Not a report",
    "command_report": "Tell the police (or answer a message with it)",
    "command_register": "Register a message (as an answer)",
    "command_done": "Dealt with (as an answer, or with a number)",
    "command_notreport": "Not a report (as an answer)",
    "command_spam": "Spam (as an answer)",
    "command_status_of": "Where a report stands (as an answer, or with a number)",
}
