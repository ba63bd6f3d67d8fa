"""Numbers as words of the languages we write, by what they say."""

import re

# From zero to twenty, in order.
SMALL = (
    (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty"
    ),
    (
        "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
        "fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig"
    ),
    (
        "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
        "seize dix-sept dix-huit dix-neuf vingt"
    ),
    (
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
        "dieciséis diecisiete dieciocho diecinueve veinte"
    ),
    (
        "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici "
        "quattordici quindici sedici diciassette diciotto diciannove venti"
    ),
    (
        "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien "
        "vijftien zestien zeventien achttien negentien twintig"
    ),
)
# From ten to ninety, in order.
TENS = (
    "ten twenty thirty forty fifty sixty seventy eighty ninety",
    "zehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "dix vingt trente quarante cinquante soixante soixante-dix quatre-vingt quatre-vingt-dix",
    "diez veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "dieci venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "tien twintig dertig veertig vijftig zestig zeventig tachtig negentig",
)
OTHERS = {
    "a dozen": 12, "dozen": 12, "ein": 1, "eine": 1, "einen": 1, "une": 1, "una": 1, "fourty": 40,
    "dreissig": 30, "fuenf": 5, "fuenfzig": 50, "fuenfzehn": 15, "zwoelf": 12,
    "fünfundzwanzig": 25, "fünfundsiebzig": 75, "fünfunddreißig": 35, "vijfentwintig": 25,
    "hundred": 100, "hundert": 100, "einhundert": 100, "cent": 100, "cien": 100, "ciento": 100,
    "cento": 100, "honderd": 100, "thousand": 1_000, "tausend": 1_000, "mille": 1_000,
    "mil": 1_000, "duizend": 1_000, "million": 1_000_000, "millions": 1_000_000,
    "millionen": 1_000_000,
}  # fmt: skip
NUMBERS = (
    {word: value for words in SMALL for value, word in enumerate(words.split())}
    | {word: 10 * at for words in TENS for at, word in enumerate(words.split(), 1)}
    | OTHERS
)
ANY = "|".join(sorted(map(re.escape, NUMBERS), key=len, reverse=True))


def value_of(text: str) -> int:
    """What the number words of a text say together."""
    total = part = 0
    for word in re.findall(ANY, text.casefold()):
        value = NUMBERS[word]
        part = max(part, 1) * value if value >= 100 else part + value
        if value >= 1_000:
            total, part = total + part, 0
    return total + part
