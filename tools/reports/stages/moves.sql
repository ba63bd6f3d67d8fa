-- Where everybody of a kind was before the period and where they are at its end; NULL before is
-- somebody who came in it. A day is told by the interval that covers it.
SELECT
    t.id AS id, t.account_id AS account_id,
    MAX(CASE WHEN t.from_day < $first_day AND (t.to_day IS NULL OR t.to_day >= $first_day)
        THEN t.stage END) AS from_stage,
    MAX(CASE WHEN t.from_day < $as_of AND (t.to_day IS NULL OR t.to_day >= $as_of)
        THEN t.stage END) AS to_stage
FROM timeline AS t
WHERE t.kind = $kind
GROUP BY t.id, t.account_id
