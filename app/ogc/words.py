"""What the pages and titles under /ogc say, in every language."""

from collections.abc import Sequence

from fastapi import Request

WORDS: dict[str, dict[str, str]] = {
    "uk": {
        "title": "Beatway: межі районів обслуговування",
        "lead": "Межі відділів поліції та поліцейських дільниць для ГІС-програм:"
        " OGC API Features і OGC API Tiles. Звернень громадян тут немає.",
        "precincts": "Відділи поліції",
        "beats": "Поліцейські дільниці",
        "precincts_about": "Чинні межі відділів поліції; з параметром datetime — межі на той час.",
        "beats_about": "Чинні межі поліцейських дільниць; з параметром datetime — межі на той час.",
        "draft": "Чернетка {id} «{label}»",
        "draft_about": "Чернетка меж: її можна змінювати, доки її не подано на затвердження.",
        "proposed_about": "Подані на затвердження межі: їх можна лише переглядати.",
        "collections": "Колекції",
        "conformance": "Відповідність стандартам",
        "api": "Опис API",
        "tiles": "Векторні тайли",
        "items": "Об’єкти",
        "queryables": "Поля для запитів",
        "schema": "Схема об’єктів",
        "home": "Початок",
        "extent": "Охоплення",
        "crs": "Системи координат",
        "links": "Посилання",
        "shown": "Показано {shown} з {total}",
        "next": "Далі",
        "previous": "Назад",
        "none": "Тут немає жодного об’єкта.",
        "map": "Карта",
        "geometry": "Геометрія",
        "property": "Поле",
        "value": "Значення",
        "zooms": "Рівні масштабу",
        "address": "Адреса тайлів",
        "as_json": "Ті самі дані як JSON",
    },
    "ru": {
        "title": "Beatway: границы районов обслуживания",
        "lead": "Границы отделов полиции и полицейских участков для ГИС-программ:"
        " OGC API Features и OGC API Tiles. Обращений граждан здесь нет.",
        "precincts": "Отделы полиции",
        "beats": "Полицейские участки",
        "precincts_about": "Действующие границы отделов полиции; с параметром datetime — границы на то время.",
        "beats_about": "Действующие границы полицейских участков; с параметром datetime — границы на то время.",
        "draft": "Черновик {id} «{label}»",
        "draft_about": "Черновик границ: его можно менять, пока он не подан на утверждение.",
        "proposed_about": "Поданные на утверждение границы: их можно только смотреть.",
        "collections": "Коллекции",
        "conformance": "Соответствие стандартам",
        "api": "Описание API",
        "tiles": "Векторные тайлы",
        "items": "Объекты",
        "queryables": "Поля для запросов",
        "schema": "Схема объектов",
        "home": "Начало",
        "extent": "Охват",
        "crs": "Системы координат",
        "links": "Ссылки",
        "shown": "Показано {shown} из {total}",
        "next": "Дальше",
        "previous": "Назад",
        "none": "Здесь нет ни одного объекта.",
        "map": "Карта",
        "geometry": "Геометрия",
        "property": "Поле",
        "value": "Значение",
        "zooms": "Уровни масштаба",
        "address": "Адрес тайлов",
        "as_json": "Те же данные как JSON",
    },
    "en": {
        "title": "Beatway: district boundaries",
        "lead": "Boundaries of police precincts and beats for GIS programs:"
        " OGC API Features and OGC API Tiles. There are no reports of citizens here.",
        "precincts": "Police precincts",
        "beats": "Police beats",
        "precincts_about": "Precinct boundaries in force; with datetime, those of that time.",
        "beats_about": "Beat boundaries in force; with datetime, those of that time.",
        "draft": "Draft {id} “{label}”",
        "draft_about": "A draft of boundaries: it can be changed until it is proposed.",
        "proposed_about": "Boundaries proposed for approval: they can only be looked at.",
        "collections": "Collections",
        "conformance": "Conformance",
        "api": "API definition",
        "tiles": "Vector tiles",
        "items": "Features",
        "queryables": "Queryables",
        "schema": "Schema of the features",
        "home": "Home",
        "extent": "Extent",
        "crs": "Coordinate reference systems",
        "links": "Links",
        "shown": "{shown} of {total} shown",
        "next": "Next",
        "previous": "Previous",
        "none": "There is no feature here.",
        "map": "Map",
        "geometry": "Geometry",
        "property": "Property",
        "value": "Value",
        "zooms": "Zoom levels",
        "address": "Address of the tiles",
        "as_json": "The same as JSON",
    },
}


def language_of(request: Request, offered: Sequence[str]) -> str:
    """Return the language to answer in: the first of those asked for, or else the city's.

    Parameters
    ----------
    request : Request
    offered : sequence of str
        The city's languages, the default first.
    """
    wanted = []
    for part in request.headers.get("accept-language", "").split(","):
        name, *rest = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for piece in rest:
            if piece.startswith("q="):
                try:
                    quality = float(piece[2:])
                except ValueError:
                    quality = 0.0
        wanted.append((-quality, name.partition("-")[0]))
    for quality, name in sorted(wanted, key=lambda pair: pair[0]):
        if quality < 0 and name in offered:
            return name
    return offered[0]
