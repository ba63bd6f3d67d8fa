-- Deals won.
SELECT d.account_id AS entity_id, CAST(d.closed_day AS BIGINT) AS at,
    d.amount_minor AS minor, COALESCE(d.currency, $currency) AS currency
FROM deals AS d
WHERE d.state = 'won' AND NOT d.account_id IS NULL
    AND d.closed_day >= $since AND d.closed_day < $as_of
