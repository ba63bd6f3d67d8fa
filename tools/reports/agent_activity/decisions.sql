-- Decisions from $first_day on that nobody took back, by kind and by the seconds they took.
WITH ordered AS (
    SELECT
        d.proposal AS proposal, d.kind AS kind, d.who AS who, d.day AS day, d.seconds AS seconds,
        LEAD(d.kind) OVER (PARTITION BY d.proposal ORDER BY d.seq) AS next
    FROM work_deeds AS d
)
SELECT kind AS kind, seconds AS seconds, CAST(COUNT(*) AS BIGINT) AS n
FROM ordered
WHERE day >= $first_day AND kind IN ('approve', 'reject', 'snooze')
    AND COALESCE(next, '') <> 'undo'
GROUP BY kind, seconds
ORDER BY kind, seconds
