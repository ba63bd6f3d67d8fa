"""Who pays how much from when to when: the one reading of subscriptions that every figure uses."""

from tools.warehouse.billing.billing import (
    EXCHANGE_RATES,
    NEVER_ENDS,
    bills_end,
    make_billing,
)

__all__ = ["EXCHANGE_RATES", "NEVER_ENDS", "bills_end", "make_billing"]
