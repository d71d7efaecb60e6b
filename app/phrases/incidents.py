"""What citizens and officers read of reports that are one incident."""

UK = {
    "incident_joined": (
        "Про цю подію нам уже повідомили: ваше звернення додано до неї. "
        "Про все, що робиться, напишемо й вам."
    ),
    "incident_again": "Це та сама подія, що й у вашому зверненні № {number}: додано до нього.",
    "incident_state": "Зараз: {status}.",
    "over_others": "№ {number}: дякуємо, ваше звернення знято. Подією займаємося далі: про неї повідомили й інші.",
    "task_people_one": "👥 Повідомила {n} людина",
    "task_people_few": "👥 Повідомили {n} людини",
    "task_people_many": "👥 Повідомили {n} людей",
    "task_joined": "№ {number}: та сама подія, що й № {of}. Працюйте з ним.",
    "incident_danger": "🆘 № {number}: ще одна людина пише про цю подію — загроза життю!",
}

RU = {
    "incident_joined": (
        "Об этом происшествии нам уже сообщили: ваше обращение добавлено к нему. "
        "Обо всём, что делается, напишем и вам."
    ),
    "incident_again": "Это то же происшествие, что и в вашем обращении № {number}: добавлено к нему.",
    "incident_state": "Сейчас: {status}.",
    "over_others": "№ {number}: спасибо, ваше обращение снято. Происшествием занимаемся дальше: о нём сообщили и другие.",
    "task_people_one": "👥 Сообщил {n} человек",
    "task_people_few": "👥 Сообщили {n} человека",
    "task_people_many": "👥 Сообщили {n} человек",
    "task_joined": "№ {number}: то же происшествие, что и № {of}. Работайте с ним.",
    "incident_danger": "🆘 № {number}: ещё один человек пишет об этом происшествии — угроза жизни!",
}

EN = {
    "incident_joined": (
        "This was reported to us already: your report was added to it. "
        "We will write to you, too, about all that is done."
    ),
    "incident_again": "It is the same incident as in your report № {number}: added to that.",
    "incident_state": "Now: {status}.",
    "over_others": "№ {number}: thank you, yours is withdrawn. We go on with the incident: others reported it, too.",
    "task_people_one": "👥 Reported by {n} person",
    "task_people_few": "👥 Reported by {n} people",
    "task_people_many": "👥 Reported by {n} people",
    "task_joined": "№ {number}: the same incident as № {of}. Work on that one.",
    "incident_danger": "🆘 № {number}: one more person writes about this incident: life in danger!",
}
