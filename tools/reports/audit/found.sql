-- Per subject: how many things, and how many rows they stand for.
SELECT subject AS subject, COUNT(*) AS things, CAST(SUM(n) AS BIGINT) AS n
FROM audit_hit
GROUP BY subject
