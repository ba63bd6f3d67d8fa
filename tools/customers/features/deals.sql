-- Opportunities per account, in the state known on $as_of. Amounts of several currencies have no
-- sum: then open_deal_minor is NULL.
WITH counted AS (
  SELECT
    account_id AS account_id,
    SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END) AS open_deals,
    SUM(CASE WHEN state = 'open' THEN COALESCE(amount_minor, 0) ELSE 0 END) AS minor,
    MIN(CASE WHEN state = 'open' AND amount_minor <> 0 THEN COALESCE(currency, '') END)
      AS first_currency,
    MAX(CASE WHEN state = 'open' AND amount_minor <> 0 THEN COALESCE(currency, '') END)
      AS last_currency,
    MAX(CASE WHEN state = 'won' THEN closed_day END) AS won_day
  FROM deals
  WHERE NOT account_id IS NULL
  GROUP BY account_id
)
SELECT
  account_id AS account_id,
  CAST(open_deals AS BIGINT) AS open_deals,
  CAST(CASE WHEN first_currency <> last_currency THEN NULL ELSE minor END AS BIGINT)
    AS open_deal_minor,
  CASE WHEN first_currency = last_currency THEN NULLIF(first_currency, '') END
    AS open_deal_currency,
  CAST($as_of - won_day AS BIGINT) AS days_since_won
FROM counted
