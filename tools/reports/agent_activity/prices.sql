-- What one more unit of each limit was worth, over the mornings from $first_day on; a morning
-- that does not name a limit was not held by it.
SELECT
    p.resource AS resource, CAST(SUM(p.thousandths) AS BIGINT) AS thousandths,
    CAST((SELECT COUNT(*) FROM work_runs WHERE as_of >= $first_day) AS BIGINT) AS mornings
FROM work_prices AS p
WHERE p.as_of >= $first_day AND p.currency = $currency
GROUP BY p.resource
ORDER BY p.resource
