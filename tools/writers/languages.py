"""Whether somebody reads the language of a template."""

# How people write the language of a contact, besides its code.
NAMES = {
    "english": "en", "englisch": "en", "german": "de", "deutsch": "de", "french": "fr",
    "français": "fr", "francais": "fr", "spanish": "es", "español": "es", "espanol": "es",
    "italian": "it", "italiano": "it", "dutch": "nl", "nederlands": "nl", "portuguese": "pt",
    "português": "pt", "polish": "pl", "polski": "pl", "swedish": "sv", "danish": "da",
    "japanese": "ja", "chinese": "zh", "korean": "ko", "russian": "ru", "turkish": "tr",
}  # fmt: skip


def language_code(written: str) -> str:
    """The code of a language however it is written: `de` of `de-DE`, `DE_at` and `Deutsch`."""
    word = written.strip().lower()
    return NAMES.get(word) or word.replace("_", "-").split("-")[0].split(";")[0].strip()


def other_language(written: str | None, ours: str) -> str | None:
    """What somebody reads instead of our language; None when it is ours or nobody knows."""
    if written is None or not written.strip():
        return None
    return None if language_code(written) == language_code(ours) else written.strip()
