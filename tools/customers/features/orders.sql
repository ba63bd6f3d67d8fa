-- Invoices and orders per account.
WITH orders AS (
  SELECT
    account_id AS account_id, invoice_id AS invoice_id, MAX(issued_day) AS issued_day,
    CAST(SUM(COALESCE(amount_minor, 0)) AS BIGINT) AS amount_minor, MAX(currency) AS currency,
    MAX(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS failed,
    MAX(CASE WHEN status = 'void' THEN 1 ELSE 0 END) AS void,
    MAX(CASE WHEN status IN ('open', 'failed') AND due_day < $as_of THEN 1 ELSE 0 END) AS overdue
  FROM invoices
  WHERE NOT account_id IS NULL
  GROUP BY account_id, invoice_id
)
SELECT
  account_id AS account_id,
  CAST(SUM(CASE WHEN failed = 1 AND issued_day >= $as_of - 90 THEN 1 ELSE 0 END) AS BIGINT)
    AS failed_invoices_90,
  CAST(SUM(overdue) AS BIGINT) AS overdue_invoices,
  CAST(SUM(CASE WHEN amount_minor > 0 AND void = 0 AND issued_day >= $as_of - 365
    THEN 1 ELSE 0 END) AS BIGINT) AS orders_365,
  CAST(SUM(CASE WHEN void = 0 AND issued_day >= $as_of - 365 THEN amount_minor ELSE 0 END)
    AS BIGINT) AS revenue_365_minor,
  CAST($as_of - MAX(CASE WHEN amount_minor > 0 AND void = 0 THEN issued_day END) AS BIGINT)
    AS days_since_order,
  MAX(currency) AS order_currency
FROM orders
GROUP BY account_id
