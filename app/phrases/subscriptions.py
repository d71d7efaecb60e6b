"""What subscribers are told in their own chat."""

UK = {
    "sub_reported": "🔔 {danger}№ {number} · {category} · пріоритет {priority}\n📍 {where}\n🕑 {time}",
    "sub_closed": "✅ № {number} · {category}: {status}\n📍 {where}",
    "sub_nowhere": "місце не вказано",
    "sub_summary": "🔔 «{name}»: разом {count} з {time}\n{lines}\n\nПовідомлень забагато, тому решту зведено в одне.",
    "sub_sum_closed": "{category} (закрито)",
    "sub_test": "🔔 «{name}»: пробне повідомлення. Усе працює.",
    "sub_off_gone": "⚠️ Підписку «{name}» вимкнено: отримувач відповів, що її більше не чекають (410).",
    "sub_off_failing": "⚠️ Підписку «{name}» вимкнено: отримувач не відповідає вже добу. Перевірте його й увімкніть її знову на сторінці «Підписки».",
    "sub_linked": "Telegram під’єднано: сюди надходитиме те, на що ви підпишетеся на сторінці «Підписки».",
}
RU = {
    "sub_reported": "🔔 {danger}№ {number} · {category} · приоритет {priority}\n📍 {where}\n🕑 {time}",
    "sub_closed": "✅ № {number} · {category}: {status}\n📍 {where}",
    "sub_nowhere": "место не указано",
    "sub_summary": "🔔 «{name}»: всего {count} с {time}\n{lines}\n\nСообщений слишком много, поэтому остальные сведены в одно.",
    "sub_sum_closed": "{category} (закрыто)",
    "sub_test": "🔔 «{name}»: пробное сообщение. Всё работает.",
    "sub_off_gone": "⚠️ Подписка «{name}» выключена: получатель ответил, что её больше не ждут (410).",
    "sub_off_failing": "⚠️ Подписка «{name}» выключена: получатель не отвечает уже сутки. Проверьте его и включите её снова на странице «Подписки».",
    "sub_linked": "Telegram подключён: сюда будет приходить то, на что вы подпишетесь на странице «Подписки».",
}
EN = {
    "sub_reported": "🔔 {danger}№ {number} · {category} · priority {priority}\n📍 {where}\n🕑 {time}",
    "sub_closed": "✅ № {number} · {category}: {status}\n📍 {where}",
    "sub_nowhere": "no place given",
    "sub_summary": "🔔 “{name}”: {count} in all since {time}\n{lines}\n\nThere are too many, so the rest is in this one message.",
    "sub_sum_closed": "{category} (closed)",
    "sub_test": "🔔 “{name}”: a test. It works.",
    "sub_off_gone": "⚠️ The subscription “{name}” is off: its receiver said that it is not wanted any more (410).",
    "sub_off_failing": "⚠️ The subscription “{name}” is off: its receiver has not answered for a day. Check it and switch the subscription on again on the page “Subscriptions”.",
    "sub_linked": "Telegram is linked: what you subscribe to on the page “Subscriptions” comes here.",
}
