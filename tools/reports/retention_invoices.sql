-- The days on which somebody was billed; with $purchases only real purchases: above zero and
-- not refunded, void or failed.
SELECT DISTINCT $entity AS id, i.issued_day AS day, i.issued_day AS last_day
FROM invoices AS i
WHERE $entity IS NOT NULL
    AND (
        NOT $purchases
        OR (i.amount_minor > 0 AND COALESCE(i.status, '') NOT IN ('refunded', 'void', 'failed'))
    )
