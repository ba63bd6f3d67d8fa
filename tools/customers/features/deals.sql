-- Opportunities per account, in the state known on $as_of.
SELECT
  account_id AS account_id,
  CAST(SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END) AS BIGINT) AS open_deals,
  CAST(SUM(CASE WHEN state = 'open' THEN COALESCE(amount_minor, 0) ELSE 0 END) AS BIGINT)
    AS open_deal_minor,
  CAST($as_of - MAX(CASE WHEN state = 'won' THEN closed_day END) AS BIGINT) AS days_since_won
FROM deals
WHERE NOT account_id IS NULL
GROUP BY account_id
