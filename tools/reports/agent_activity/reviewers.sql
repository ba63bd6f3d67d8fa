-- Who worked from $first_day on: people, proposals edited, proposals two people said yes or no to,
-- and those of them on which they did not agree.
WITH ordered AS (
    SELECT
        d.proposal AS proposal, d.kind AS kind, d.who AS who, d.day AS day,
        LEAD(d.kind) OVER (PARTITION BY d.proposal ORDER BY d.seq) AS next
    FROM work_deeds AS d
),
said AS (
    SELECT proposal AS proposal, kind AS kind, who AS who
    FROM ordered
    WHERE day >= $first_day AND COALESCE(next, '') <> 'undo'
),
doubles AS (
    SELECT proposal AS proposal, COUNT(DISTINCT who) AS people, COUNT(DISTINCT kind) AS kinds
    FROM said
    WHERE kind IN ('approve', 'reject')
    GROUP BY proposal
)
SELECT
    CAST((SELECT COUNT(DISTINCT who) FROM said WHERE kind IN ('approve', 'reject', 'snooze'))
        AS BIGINT) AS people,
    CAST((SELECT COUNT(DISTINCT proposal) FROM said WHERE kind = 'edit') AS BIGINT) AS edited,
    CAST((SELECT COUNT(*) FROM doubles WHERE people > 1) AS BIGINT) AS doubled,
    CAST((SELECT COUNT(*) FROM doubles WHERE people > 1 AND kinds > 1) AS BIGINT) AS disagreed
