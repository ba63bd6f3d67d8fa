-- What each account bought, and its failed and overdue invoices. Amounts of several currencies have
-- no sum: then revenue_365_minor is NULL and order_currencies says how many there are.
WITH orders AS (
  SELECT
    account_id AS account_id, invoice_id AS invoice_id,
    MAX(CASE WHEN bought THEN day END) AS day,
    SUM(CASE WHEN day >= $as_of - 365 THEN minor ELSE 0 END) AS minor,
    MIN(CASE WHEN day >= $as_of - 365 AND minor <> 0 THEN COALESCE(currency, '') END)
      AS first_currency,
    MAX(CASE WHEN day >= $as_of - 365 AND minor <> 0 THEN COALESCE(currency, '') END)
      AS last_currency
  FROM purchases
  WHERE NOT account_id IS NULL
  GROUP BY account_id, invoice_id
),
bought AS (
  SELECT
    account_id AS account_id,
    SUM(CASE WHEN day >= $as_of - 365 THEN 1 ELSE 0 END) AS orders_365,
    SUM(minor) AS minor, MIN(first_currency) AS first_currency,
    MAX(last_currency) AS last_currency, MAX(day) AS last_day
  FROM orders
  GROUP BY account_id
),
unpaid AS (
  SELECT
    account_id AS account_id, invoice_id AS invoice_id,
    MAX(CASE WHEN status = 'failed' AND issued_day >= $as_of - 90 THEN 1 ELSE 0 END) AS failed,
    MAX(CASE WHEN status IN ('open', 'failed') AND due_day < $as_of THEN 1 ELSE 0 END) AS overdue
  FROM invoices
  WHERE NOT account_id IS NULL AND status IN ('open', 'failed')
  GROUP BY account_id, invoice_id
),
owed AS (
  SELECT account_id AS account_id, SUM(failed) AS failed, SUM(overdue) AS overdue
  FROM unpaid
  GROUP BY account_id
)
SELECT
  COALESCE(b.account_id, o.account_id) AS account_id,
  CAST(COALESCE(o.failed, 0) AS BIGINT) AS failed_invoices_90,
  CAST(COALESCE(o.overdue, 0) AS BIGINT) AS overdue_invoices,
  CAST(COALESCE(b.orders_365, 0) AS BIGINT) AS orders_365,
  CAST(CASE WHEN b.first_currency <> b.last_currency THEN NULL ELSE COALESCE(b.minor, 0) END
    AS BIGINT) AS revenue_365_minor,
  CAST($as_of - b.last_day AS BIGINT) AS days_since_order,
  CASE WHEN b.first_currency = b.last_currency THEN NULLIF(b.first_currency, '') END
    AS order_currency,
  CASE WHEN b.first_currency <> b.last_currency THEN 1 ELSE 0 END AS mixed
FROM bought AS b
FULL OUTER JOIN owed AS o ON o.account_id = b.account_id
