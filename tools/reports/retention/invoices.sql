-- The days on which somebody was billed; with $purchases only those on which somebody bought.
SELECT DISTINCT $entity AS id, i.issued_day AS day, i.issued_day AS last_day
FROM invoices AS i
WHERE NOT $purchases AND $entity IS NOT NULL
UNION ALL
SELECT DISTINCT $entity AS id, p.day AS day, p.day AS last_day
FROM purchases AS p
WHERE $purchases AND $entity IS NOT NULL AND p.bought
