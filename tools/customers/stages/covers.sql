-- What makes somebody a customer: paid and trial lines, and days of use, of orders, of deals won.
-- A day of activity covers `pad` further days, so that islands of activity merge like paid lines.
SELECT
  account_id AS owner,
  CASE WHEN trial THEN 'trial' ELSE 'paid' END AS fact,
  started_day AS first_day,
  COALESCE(ended_day, $never) AS end_day,
  CASE WHEN cancelled_day <= COALESCE(ended_day, $never) THEN 1 ELSE 0 END AS notice,
  0 AS pad
FROM subscriptions
WHERE $account_scope AND $use_paid AND NOT account_id IS NULL AND started_day < $as_of
  AND (ended_day IS NULL OR ended_day > started_day)
  AND (COALESCE(trial, FALSE) OR COALESCE(mrr_minor, 0) > 0)
UNION ALL
SELECT DISTINCT
  COALESCE(account_id, CONCAT('~', contact_id)) AS owner,
  'event' AS fact, day AS first_day, day + $event_pad AS end_day, 0 AS notice, $event_pad AS pad
FROM usage
WHERE $row_scope AND $use_event AND day < $as_of
  AND NOT (account_id IS NULL AND contact_id IS NULL)
UNION ALL
SELECT DISTINCT
  COALESCE(account_id, CONCAT('~', contact_id)) AS owner,
  'order' AS fact, day AS first_day, day + $order_pad AS end_day, 0 AS notice, $order_pad AS pad
FROM purchases
WHERE $row_scope AND $use_order AND bought AND day < $as_of
UNION ALL
SELECT DISTINCT
  COALESCE(account_id, CONCAT('~', contact_id)) AS owner,
  'won' AS fact, closed_day AS first_day, closed_day + $won_pad AS end_day,
  0 AS notice, $won_pad AS pad
FROM deals
WHERE $row_scope AND $use_won AND state = 'won' AND closed_day < $as_of
  AND NOT (account_id IS NULL AND contact_id IS NULL)
