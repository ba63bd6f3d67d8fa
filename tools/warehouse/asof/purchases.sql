-- One row per invoice, customer and currency: its net amount, and whether anything was bought.
-- Failed and void lines never happened. What was given back is taken off once, by its status or by
-- a negative line, never by both. An open bill counts until it is overdue; without a due day it is
-- overdue $term_days days after its issue. A credit note of its own reduces, and is no purchase.
-- It was bought on the day of its first line that counts.
WITH lines AS (
  SELECT
    invoice_id AS invoice_id, account_id AS account_id, contact_id AS contact_id,
    currency AS currency, issued_day AS day, COALESCE(amount_minor, 0) AS minor,
    CASE
      WHEN status = 'refunded' THEN 'refunded'
      WHEN status = 'open' AND COALESCE(due_day, issued_day + $term_days) < $as_of THEN 'overdue'
      ELSE 'billed'
    END AS state
  FROM invoices
  WHERE issued_day < $as_of AND NOT COALESCE(status, '') IN ('failed', 'void')
    AND NOT (account_id IS NULL AND contact_id IS NULL)
),
summed AS (
  SELECT
    invoice_id AS invoice_id, account_id AS account_id, MIN(contact_id) AS contact_id,
    currency AS currency, MIN(day) AS first_day,
    MIN(CASE WHEN minor > 0 AND state = 'billed' THEN day END) AS bought_day,
    SUM(CASE WHEN minor > 0 AND state = 'billed' THEN minor ELSE 0 END) AS billed,
    SUM(CASE WHEN minor > 0 AND state = 'refunded' THEN minor ELSE 0 END) AS refunded,
    SUM(CASE WHEN minor > 0 AND state = 'overdue' THEN minor ELSE 0 END) AS overdue,
    SUM(CASE WHEN minor < 0 AND state <> 'overdue' THEN minor ELSE 0 END) AS credited,
    SUM(CASE WHEN minor < 0 AND state = 'overdue' THEN minor ELSE 0 END) AS waiting
  FROM lines
  GROUP BY invoice_id, account_id, CASE WHEN account_id IS NULL THEN contact_id END, currency
),
netted AS (
  SELECT
    s.*, billed + LEAST(credited + refunded, 0) + CASE WHEN overdue > 0 THEN 0 ELSE waiting END
      AS net
  FROM summed AS s
)
SELECT
  invoice_id AS invoice_id, account_id AS account_id, contact_id AS contact_id,
  CAST(COALESCE(bought_day, first_day) AS INT) AS day, currency AS currency,
  CAST(net AS BIGINT) AS minor, net > 0 AS bought
FROM netted
