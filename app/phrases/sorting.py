"""What citizens and officers read of a report's category, and of danger to life."""

UK = {
    "danger_now": (
        "🆘 Телефонуйте 102 або 112 ПРОСТО ЗАРАЗ — так допомога прийде найшвидше.\n"
        "Ваше повідомлення вже перше в черзі поліції."
    ),
    "danger_button": "🆘 Загроза життю",
    "danger_known": "Звернення № {number} уже перше в черзі. Телефонуйте 102 або 112!",
    "danger_closed": "Звернення № {number} вже закрито. Телефонуйте 102 або 112!",
    "category_is": "🏷 № {number}, категорія: {category}.",
    "category_wrong_button": "Не те?",
    "category_wrong_about": "🏷 {category} — не те?",
    "category_ask": "Звернення № {number}: що це було? Оберіть одне:",
    "category_other_button": "Інше",
    "category_set": "Дякуємо! Звернення № {number}: {category}.",
    "category_to_desk": "Дякуємо! Звернення № {number}: категорію визначить черговий.",
    "command_sos": "Загроза життю",
    "task_danger": "🆘 ЗАГРОЗА ЖИТТЮ",
}

RU = {
    "danger_now": (
        "🆘 Звоните 102 или 112 ПРЯМО СЕЙЧАС — так помощь придёт быстрее всего.\n"
        "Ваше сообщение уже первое в очереди полиции."
    ),
    "danger_button": "🆘 Угроза жизни",
    "danger_known": "Обращение № {number} уже первое в очереди. Звоните 102 или 112!",
    "danger_closed": "Обращение № {number} уже закрыто. Звоните 102 или 112!",
    "category_is": "🏷 № {number}, категория: {category}.",
    "category_wrong_button": "Не то?",
    "category_wrong_about": "🏷 {category} — не то?",
    "category_ask": "Обращение № {number}: что это было? Выберите одно:",
    "category_other_button": "Другое",
    "category_set": "Спасибо! Обращение № {number}: {category}.",
    "category_to_desk": "Спасибо! Обращение № {number}: категорию определит дежурный.",
    "command_sos": "Угроза жизни",
    "task_danger": "🆘 УГРОЗА ЖИЗНИ",
}

EN = {
    "danger_now": (
        "🆘 Call 102 or 112 RIGHT NOW: that is the fastest way to get help.\n"
        "Your message is already first in the police's queue."
    ),
    "danger_button": "🆘 Life in danger",
    "danger_known": "Report № {number} is first in the queue already. Call 102 or 112!",
    "danger_closed": "Report № {number} is closed already. Call 102 or 112!",
    "category_is": "🏷 № {number}, category: {category}.",
    "category_wrong_button": "Not that?",
    "category_wrong_about": "🏷 {category}: not that?",
    "category_ask": "Report № {number}: what was it? Choose one:",
    "category_other_button": "Something else",
    "category_set": "Thank you! Report № {number}: {category}.",
    "category_to_desk": "Thank you! Report № {number}: the desk will say what it is.",
    "command_sos": "Life in danger",
    "task_danger": "🆘 LIFE IN DANGER",
}
