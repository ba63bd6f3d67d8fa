-- Tickets per account, open ones as known on $as_of.
SELECT
  account_id AS account_id,
  CAST(SUM(CASE WHEN closed_day IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS tickets_open,
  CAST(SUM(CASE WHEN closed_day IS NULL AND priority IN ('high', 'urgent') THEN 1 ELSE 0 END)
    AS BIGINT) AS tickets_open_high,
  CAST(SUM(CASE WHEN opened_day >= $as_of - 28 THEN 1 ELSE 0 END) AS BIGINT) AS tickets_28,
  CAST(SUM(CASE WHEN opened_day >= $as_of - 90 THEN 1 ELSE 0 END) AS BIGINT) AS tickets_90
FROM tickets
WHERE NOT account_id IS NULL
GROUP BY account_id
