"""What citizens read of services that are not the police, of manners and of writing too fast."""

UK = {
    "redirect_head": "№ {number}.",
    "redirect_anew": "№ {number}: уточнюємо, куди звернутися.",
    "redirect_lead": "Це не робота поліції, тому наряд не виїде, але ми підкажемо, хто допоможе.",
    "redirect_one": "За це тут відповідає:",
    "redirect_several": "Точка на межі, тож відповідати може будь-хто з них:",
    "redirect_ask": "Різні частини міста обслуговують різні служби. Де це? Надішліть місце або напишіть адресу — назвемо потрібну.",
    "redirect_meanwhile": "А поки що для всього міста:",
    "redirect_police_button": "🚓 Ні, це до поліції",
    "redirect_police_why": "Мешканець каже, що це робота поліції",
    "redirect_back": "№ {number}: зрозуміло, подивиться поліція.",
    "service_name": "🏢 {name}",
    "service_phone": "☎️ {phone}",
    "service_url": "🌐 {url}",
    "service_hours": "🕒 {hours}",
    "service_hours_closed": "🕒 {hours} (зачинено)",
    "service_open": "🕒 {hours} (зараз відчинено, до {time})",
    "service_closed": "🕒 {hours} (зараз зачинено, до {time})",
    "manners": (
        "Будь ласка, без образ: за повідомленнями стежать люди, які хочуть допомогти."
        " Якщо щось сталося — напишіть, що саме і де."
    ),
    "note_reply": "Схоже, тут немає про що повідомляти поліцію. Якщо щось сталося — напишіть, що саме і де.",
    "flood_slower": "Ми отримали всі ваші повідомлення й нічого не втратили. Їх багато, тому відповідаємо повільніше.",
    "muted_ack": "Дякуємо, повідомлення отримано.",
    "task_muted": "🔇 Від заявника, якого приглушено за образи: перевірте",
}

RU = {
    "redirect_head": "№ {number}.",
    "redirect_anew": "№ {number}: уточняем, куда обратиться.",
    "redirect_lead": "Это не работа полиции, поэтому наряд не выедет, но мы подскажем, кто поможет.",
    "redirect_one": "За это здесь отвечает:",
    "redirect_several": "Точка на границе, поэтому отвечать может любой из них:",
    "redirect_ask": "Разные части города обслуживают разные службы. Где это? Отправьте место или напишите адрес — назовём нужную.",
    "redirect_meanwhile": "А пока что для всего города:",
    "redirect_police_button": "🚓 Нет, это к полиции",
    "redirect_police_why": "Житель говорит, что это работа полиции",
    "redirect_back": "№ {number}: понятно, посмотрит полиция.",
    "service_name": "🏢 {name}",
    "service_phone": "☎️ {phone}",
    "service_url": "🌐 {url}",
    "service_hours": "🕒 {hours}",
    "service_hours_closed": "🕒 {hours} (закрыто)",
    "service_open": "🕒 {hours} (сейчас открыто, до {time})",
    "service_closed": "🕒 {hours} (сейчас закрыто, до {time})",
    "manners": (
        "Пожалуйста, без оскорблений: сообщения читают люди, которые хотят помочь."
        " Если что-то случилось — напишите, что именно и где."
    ),
    "note_reply": "Похоже, здесь не о чем сообщать полиции. Если что-то случилось — напишите, что именно и где.",
    "flood_slower": "Мы получили все ваши сообщения и ничего не потеряли. Их много, поэтому отвечаем медленнее.",
    "muted_ack": "Спасибо, сообщение получено.",
    "task_muted": "🔇 От заявителя, приглушённого за оскорбления: проверьте",
}

EN = {
    "redirect_head": "№ {number}.",
    "redirect_anew": "№ {number}: a correction of whom to turn to.",
    "redirect_lead": "This is not police work, so no crew will come, but here is who can help.",
    "redirect_one": "Responsible for this place:",
    "redirect_several": "The place is on a border, so either of them may be responsible:",
    "redirect_ask": "Different services look after different parts of the city. Where is it? Send the place or write the address, and we will name the right one.",
    "redirect_meanwhile": "Until then, for the whole city:",
    "redirect_police_button": "🚓 No, it is for the police",
    "redirect_police_why": "The citizen says that it is police work",
    "redirect_back": "№ {number}: understood, the police will look at it.",
    "service_name": "🏢 {name}",
    "service_phone": "☎️ {phone}",
    "service_url": "🌐 {url}",
    "service_hours": "🕒 {hours}",
    "service_hours_closed": "🕒 {hours} (closed)",
    "service_open": "🕒 {hours} (open now, until {time})",
    "service_closed": "🕒 {hours} (closed now, until {time})",
    "manners": (
        "Please, no insults: people who want to help read this."
        " If something has happened, write what it was and where."
    ),
    "note_reply": "This does not look like something to tell the police. If something has happened, write what it was and where.",
    "flood_slower": "We have received all your messages and lost none. There are many, so we answer more slowly.",
    "muted_ack": "Thank you, your message was received.",
    "task_muted": "🔇 From somebody muted for insults: check",
}
