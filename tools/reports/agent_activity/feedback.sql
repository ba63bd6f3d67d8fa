-- What people said of accounts from $first_day on, without the last word before an account was opened
-- again, by kind and reason: how often, by how many people in all, and the worth in $currency.
WITH ordered AS (
    SELECT
        c.kind AS kind, c.reason AS reason, c.who AS who, c.day AS day,
        CASE WHEN c.currency = $currency THEN c.value_minor ELSE 0 END AS minor,
        LEAD(c.kind) OVER (PARTITION BY c.account_id ORDER BY c.seq) AS next
    FROM work_care AS c
),
said AS (
    SELECT kind AS kind, reason AS reason, who AS who, minor AS minor
    FROM ordered
    WHERE day >= $first_day AND kind <> 'open' AND COALESCE(next, '') <> 'open'
)
SELECT
    kind AS kind, reason AS reason, CAST(COUNT(*) AS BIGINT) AS n,
    CAST(SUM(minor) AS BIGINT) AS minor,
    CAST((SELECT COUNT(DISTINCT who) FROM said) AS BIGINT) AS people
FROM said
GROUP BY kind, reason
ORDER BY kind, reason
