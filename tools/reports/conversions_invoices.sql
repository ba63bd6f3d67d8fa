-- Invoices and orders with something to pay, lines of one taken together.
SELECT i.account_id AS entity_id, CAST(i.issued_day AS BIGINT) AS at,
    CAST(SUM(i.amount_minor) AS BIGINT) AS minor, COALESCE(i.currency, $currency) AS currency
FROM invoices AS i
WHERE NOT i.account_id IS NULL AND COALESCE(i.status, '') <> 'void'
    AND i.issued_day >= $since AND i.issued_day < $as_of
GROUP BY i.account_id, i.invoice_id, i.issued_day, COALESCE(i.currency, $currency)
HAVING SUM(i.amount_minor) > 0
