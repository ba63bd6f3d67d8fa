-- What was bought, an invoice or order of one currency once.
SELECT p.account_id AS entity_id, CAST(p.day AS BIGINT) AS at, p.minor AS minor,
    COALESCE(p.currency, $currency) AS currency
FROM purchases AS p
WHERE p.bought AND NOT p.account_id IS NULL AND p.day >= $since AND p.day < $as_of
