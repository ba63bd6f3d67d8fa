"""What to do about a row in quarantine, by the reason it is there for."""

# The first part of a reason that fits decides.
MENDS = {
    "not a date": "Add its form to `formats` of the column, or correct it in the file.",
    "decimal point or a decimal comma": "Say `decimal: point` or `decimal: comma` for the column.",
    "not an amount": "Correct it in the file, or list it in `nulls` when it means nothing.",
    "not a whole number": "Correct it in the file, or list it in `nulls` when it means nothing.",
    "not a number": "Correct it in the file, or list it in `nulls` when it means nothing.",
    "not a yes or no": "Say in `values` of the column which words mean true and false.",
    "not in the value map": "Add the word to `values` of the column, or give it an `else`.",
    "required and empty": "Fill it in the source, or leave such rows out by `where`.",
    "not an address": "Correct the address in the source.",
    "not a usable id": "Correct the id in the source, or the `space` of the column.",
    "not usable text": "Map the text to a known word by `values`, or correct it in the source.",
    "the expression fails": "Correct the `sql` for such values; number(x) reads written numbers.",
    "the filter fails": "Correct `where` for such values.",
    "not a list": "Say by `split` what stands between the items, or correct it in the file.",
    "several in": "Say `pick: earliest` or `latest` in the join, or make its key unique.",
    "not found in": "Load the record that is missing, or correct `match` of the join.",
    "the key stands for other content": "Add to the `key` what tells such rows apart.",
    "the key has two contents": "Say by `known` when each was known, or remove one of the rows.",
    "too few columns": "Correct the line; a text with a separator in it needs quotes.",
    "too many columns": "Correct the line; a text with a separator in it needs quotes.",
    "a quote is not closed": "Close the quote; a quote inside of a text is written twice.",
    "not of the encoding": "Say the `encoding` of the file, or save it as UTF-8.",
    "too long": "Cut the record; it is longer than any we read.",
    "not a JSON object": "Write one JSON object a line.",
}
OTHERWISE = "Correct the mapping or the file, and run again."


def mend_of(reason: str) -> str:
    """What a person can do, in one sentence."""
    return next((mend for part, mend in MENDS.items() if part in reason), OTHERWISE)
