"""The words round a name that tell whether a place is meant by it."""

from collections.abc import Sequence

from geo.folding import Word, fold, stem, stems
from geo.numerals import spoken
from geo.street_words import KINDS, PIECES, StreetKind

_INFLECTED = 4  # letters of a word for a kind that takes endings


def _folded(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split())


PREPOSITIONS = _folded(
    "на по у в во біля возле около коло напротив навпроти проти вздовж вдоль уздовж вулицею районе"
    " районі з із с со від от до за перед під под поруч рядом недалеко через між между вниз вверх"
    " поблизу близко поряд зі адрес адреса адресу адресою"
)
# Right after a number: "24 будинок", "103 дома".
HOUSES = _folded(
    "дом дома дому доме домом домов дім домів домами будинок будинку будинка будинком будинків будинками будинках домах"
)
HOUSE_WORDS = HOUSES | _folded(
    "дом дома дому доме домом домов д б буд будинок будинку будинка будинком буди номер номером номера"
    " № хата хаты хати будівля будівлі здание здания двір house home дім дому"
)
# After a number they make it a count, a time or a price.
UNITS = _folded(
    "год година години годин годині годину час часа часов часу часам хв хвилин хвилини мин минут"
    " минуты минуту грн гривень гривен гривні гривны руб рублей рубля тис тыс тисяч тысяч лет років"
    " роки рік рокив года року раз рази раза км метр метра метров метрів м кг г гр литр дней дня днів"
    " дні ночи ночі утра вечера ранку вечора січня января лютого февраля березня марта квітня апреля"
    " травня мая червня июня липня июля серпня августа вересня сентября жовтня октября листопада"
    " ноября грудня декабря неделя недели недель неделю тиждень тижні тижня тижнів месяц месяца"
    " месяцев місяць місяці місяця місяців секунд секунди секунды поверхів этажей этажный процентов балов клас класс трамвай трамвая"
    " автобус автобуса маршрутка тролейбус троллейбус"
)
# After a number they may be what is counted, or what comes next: "Лавицького 12 підлітки ламають".
COUNTED = _folded(
    "человек человека людей людини чел чоловік осіб особи машин машины машини машина авто автомобіля"
    " автомобиля автомобили собак собаки парней парня хлопців хлопці хлопця чоловіки мужика мужиков"
    " мужчин мужчины подростка подростков підлітків тварин девушки девочки дівчат дітей детей"
    " ребенка штук шт пар"
)
# After a number they count, unless a number of their own follows: "52, подъезд 3".
PARTS = _folded(
    "подъезд подъезда подъезде під'їзд під'їзду під'їзді этаж этаже поверх поверсі кв квартира"
    " квартире квартирі квартиру квартиры"
)
# What bears numbers and names of its own, and is no misspelt street.
NUMBERED = _folded(
    "школа школе школу школы школі школи гимназия гімназія лицей ліцей садик садике кабинет кабінет"
    " маршрутка маршрутке маршрутку маршрутки больница больнице лікарня лікарні поликлиника"
    " поликлинике поліклініка участок участке дільниця отделение отделении відділення гараж гараже"
    " пропуск рейс канал палата палате почта почте пошта штраф"
)
# Before a surname: nobody's street is meant.
PERSONS = frozenset(
    stem(word)
    for word in _folded(
        "сосед соседа соседка сусід сусіда сусідка капитан капитана капітан капітана майор майора"
        " лейтенант лейтенанта сержант сержанта полковник полковника участковый участкового"
        " дільничний дільничного директор директора дядя дядька тетя тітка бабушка дед дід гражданин"
        " гражданка громадянин громадянка пан пані врач лікар учитель вчитель прокурор адвокат"
        " депутат судья суддя начальник патрульный патрульний инспектор інспектор следователь слідчий"
        " звонила звонил дзвонив дзвонила зовут звати звуть"
    )
)
CLOCK = _folded("о об около біля приблизно примерно десь где-то в у с з до после після")
CROSSING = _folded(
    "угол углу угла кут куті ріг розі рогу перехрестя перехресті перехрестю перекресток перекрестке"
    " перекрестка перекрестку пересечение пересечении пересечения перетин перетині crossing corner"
    " перехрест світлофор світлофора светофор светофора светофоре світлофорі кільце кольцо"
)
JOINING = _folded("и та і й с з із со x х на угол кут ріг по and перетин пересекается the of")
NAMED_AFTER = _folded("им имени ім імені академика академіка маршала адмирала адмірала генерала ак")
# Names that are words of every day: they need more than a preposition before them.
COMMON = frozenset(
    stem(word)
    for word in _folded(
        "мир мира миру мирный строитель строителей строители будівельник будівельників "
        "будівельники металлург металлургов металурги победа победы перемога перемоги свобода "
        "свободы свободи единство единства єдність єдності правда правды правди надежда надежды "
        "надії надія набережная набережна морская морська морской морський солнечная сонячна "
        "школьная шкільна садовая садова речная річкова степная степова полевая польова торговая "
        "торгова красная червона рабочая робоча спортивная спортивна восточный східний северный "
        "північний дорожная дорожня горная гірська летная льотна лётная банный лазневий плановый "
        "планова пляжный пляжний рыбацкий рибальський строительный будівельний трамвайный "
        "трамвайний терновый виноградная виноградна историческая історична вокзальная вокзальна "
        "деловая ділова армейская армійська железнодорожная залізнична зеленая зелена кленовая "
        "кленова лазурная лазурна межевая межова молодежная молодіжна моторная моторна новая нова "
        "охотничья мисливська охотничий партизанская партизанська привольная привільна ровная "
        "рівна рулевая рульова сельская сільська социальная соціальна станционная станційна "
        "террасная терасна ударная ударна университетская університетська фонтанная фонтанна "
        "заводская заводська успешная уютная затишна лучевая огородная городня правобережная "
        "левобережная лівобережна международная міжнародна октябрьская флотская флотська "
        "матросская матроська бульварная бульварна высоковольтная биологическая біологічна "
        "арктика арктики отрадная крановая демократическая демократична песчаный піщаний лечебный "
        "лікувальний космический космічний соборная соборна центральная центральна литейная "
        "ливарна первомайская первомайська комсомольский кругова круговая перша первая парк "
        "площадь защитников захисників земская земський юбилейный ювілейний героев героїв "
        "незалежності космонавтов гавань голова"
    )
)


def kind_at(text: Sequence[Word], at: int) -> tuple[StreetKind, int] | None:
    """Read the word for a kind of street.

    Returns
    -------
    kind : StreetKind
    end : int
        The word after it. None where there is no such word.
    """
    if not 0 <= at < len(text):
        return None
    word = text[at]
    if at + 1 < len(text) and text[at + 1].between.strip() in {"-", ".", "–", "-."}:
        kind = PIECES.get((word.folded, text[at + 1].folded))
        if kind is not None:
            return kind, at + 2
    for number, each in enumerate(stems(word.folded)):
        # Without an ending only a whole word counts: "пере" is no "пер".
        kind = KINDS.get(each)
        if kind is not None and (number == 0 or len(each) >= _INFLECTED):
            return kind, at + 1
    return None


def kind_before(text: Sequence[Word], at: int) -> tuple[StreetKind, int] | None:
    """Read the word for a kind of street that stands right before a word, and where it begins."""
    if at and text[at - 1].folded in NAMED_AFTER and "\n" not in text[at].between:
        at -= 1
    for length in (2, 1):
        found = kind_at(text, at - length)
        if found is not None and found[1] == at and not breaks(text[at]):
            return found[0], at - length
    return None


def breaks(word: Word) -> bool:
    """Tell whether a sentence or a clause ends before a word."""
    return any(mark in word.between for mark in ",;!?\n()")


def is_counted(text: Sequence[Word], at: int) -> bool:
    """Tell whether a word may be what the number before it counts."""
    return at < len(text) and not text[at].between.strip() and text[at].folded in COUNTED


def is_unit(text: Sequence[Word], at: int) -> bool:
    """Tell whether a word makes the number before it a count, a time or a price."""
    if at >= len(text):
        return False
    word = text[at]
    if "\n" in word.between or "." in word.between or "," in word.between:
        return False
    if word.folded in PARTS:
        follows = text[at + 1] if at + 1 < len(text) else None
        return follows is None or not (follows.is_number or spoken(text, at + 1))
    return word.folded in UNITS
