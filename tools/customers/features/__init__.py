"""Features of an account as of a day, from facts both occurred and observed by then."""

from tools.customers.features.definitions import Feature, definitions, missing
from tools.customers.features.features import ACTIVE_WINDOW, ExchangeRates, make_features

__all__ = [
    "ACTIVE_WINDOW", "ExchangeRates", "Feature", "definitions", "make_features", "missing",
]  # fmt: skip
