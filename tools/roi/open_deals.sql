-- Open deals of accounts that do not pay yet, in our own currency, with how often deals of their
-- size were won before, and how often customers who had just begun were lost.
SELECT
  d.deal_id AS deal_id, d.account_id AS account_id, d.owner AS owner,
  CAST($as_of - d.opened_day AS BIGINT) AS age_days,
  d.amount_minor AS amount_minor, UPPER(COALESCE(d.currency, $currency)) AS currency
FROM deals AS d
LEFT JOIN features AS f ON f.account_id = d.account_id
WHERE d.state = 'open' AND d.amount_minor > 0 AND NOT COALESCE(f.paying, FALSE)
ORDER BY d.deal_id
