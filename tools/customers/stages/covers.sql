-- What makes somebody a customer: paid and trial lines, and days of use, of orders, of deals won.
-- contact_id: set where the fact is one person's alone, as use and orders that name her. A bill, a
-- trial and a deal won are the account's, whoever signed.
-- A day of activity covers `pad` further days, so that islands of activity merge like paid lines.
-- A pause is no end: who would pay is a customer.
SELECT
  r.owner AS owner, CAST(NULL AS TEXT) AS contact_id, 'paid' AS fact, r.first_day AS first_day,
  CASE WHEN r.end_day = 1000000 THEN $never ELSE r.end_day END AS end_day,
  COALESCE(n.notice, 0) AS notice, 0 AS pad
FROM (
  SELECT account_id AS owner, from_day AS first_day, to_day AS end_day
  FROM recurring_revenue
  WHERE $account_scope AND $use_paid AND from_day < $as_of
) AS r
LEFT JOIN (
  SELECT account_id AS owner, to_day AS end_day, 1 AS notice
  FROM subscription_spans
  WHERE $account_scope AND $use_paid AND trial = 0 AND minor > 0 AND cancelled_day <= to_day
  GROUP BY account_id, to_day
) AS n ON n.owner = r.owner AND n.end_day = r.end_day
UNION ALL
SELECT
  account_id AS owner, CAST(NULL AS TEXT) AS contact_id, 'trial' AS fact,
  from_day AS first_day,
  CASE WHEN to_day = 1000000 THEN $never ELSE to_day END AS end_day, 0 AS notice, 0 AS pad
FROM subscription_spans
WHERE $account_scope AND $use_paid AND trial = 1 AND NOT account_id IS NULL
  AND from_day < $as_of
UNION ALL
SELECT DISTINCT
  COALESCE(account_id, CONCAT('~', contact_id)) AS owner, contact_id AS contact_id,
  'event' AS fact, day AS first_day, day + $event_pad AS end_day, 0 AS notice, $event_pad AS pad
FROM usage
WHERE $row_scope AND $use_event AND day < $as_of
  AND NOT (account_id IS NULL AND contact_id IS NULL)
UNION ALL
SELECT DISTINCT
  COALESCE(account_id, CONCAT('~', contact_id)) AS owner, contact_id AS contact_id,
  'order' AS fact, day AS first_day, day + $order_pad AS end_day, 0 AS notice, $order_pad AS pad
FROM purchases
WHERE $row_scope AND $use_order AND bought AND day < $as_of
UNION ALL
SELECT DISTINCT
  COALESCE(account_id, CONCAT('~', contact_id)) AS owner, CAST(NULL AS TEXT) AS contact_id,
  'won' AS fact, closed_day AS first_day, closed_day + $won_pad AS end_day,
  0 AS notice, $won_pad AS pad
FROM deals
WHERE $row_scope AND $use_won AND state = 'won' AND closed_day < $as_of
  AND NOT (account_id IS NULL AND contact_id IS NULL)
