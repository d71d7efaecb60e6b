"""What leaders and desks read of a dispatch rule that cannot be used."""

UK = {
    "rule_no_category": "⚠️ Правило «{rule}» не діє: категорії «{text}» більше немає. Виправте його на сторінці правил.",
    "rule_no_district": "⚠️ Правило «{rule}» не діє: району «{text}» більше немає. Виправте його на сторінці правил.",
    "rule_no_desk": "⚠️ Правило «{rule}» не діє: чергової частини «{text}» більше немає. Виправте його на сторінці правил.",
    "rule_failed": "⚠️ Правило «{rule}» не діє: збій під час застосування ({text}). Перегляньте його на сторінці правил.",
    "rule_unreadable": "⚠️ Жодне правило реагування не діє: версію {text} не вдалося прочитати. Поверніть попередню на сторінці правил.",
}

RU = {
    "rule_no_category": "⚠️ Правило «{rule}» не действует: категории «{text}» больше нет. Исправьте его на странице правил.",
    "rule_no_district": "⚠️ Правило «{rule}» не действует: района «{text}» больше нет. Исправьте его на странице правил.",
    "rule_no_desk": "⚠️ Правило «{rule}» не действует: дежурной части «{text}» больше нет. Исправьте его на странице правил.",
    "rule_failed": "⚠️ Правило «{rule}» не действует: сбой при применении ({text}). Посмотрите его на странице правил.",
    "rule_unreadable": "⚠️ Ни одно правило реагирования не действует: версию {text} не удалось прочитать. Верните предыдущую на странице правил.",
}

EN = {
    "rule_no_category": "⚠️ The rule “{rule}” is not applied: the category “{text}” is gone. Mend it on the page of rules.",
    "rule_no_district": "⚠️ The rule “{rule}” is not applied: the district “{text}” is gone. Mend it on the page of rules.",
    "rule_no_desk": "⚠️ The rule “{rule}” is not applied: the desk “{text}” is gone. Mend it on the page of rules.",
    "rule_failed": "⚠️ The rule “{rule}” is not applied: it failed ({text}). Look at it on the page of rules.",
    "rule_unreadable": "⚠️ None of the dispatch rules is applied: version {text} cannot be read. Bring the one before back on the page of rules.",
}
