-- What people did from $first_day on with proposals of each play and segment: decided, said yes to,
-- edited. What was taken back does not count; a proposal counts once.
WITH ordered AS (
    SELECT
        d.proposal AS proposal, d.kind AS kind, d.day AS day,
        LEAD(d.kind) OVER (PARTITION BY d.proposal ORDER BY d.seq) AS next
    FROM work_deeds AS d
),
said AS (
    SELECT
        proposal AS proposal,
        MAX(CASE WHEN kind IN ('approve', 'reject') THEN 1 ELSE 0 END) AS decided,
        MAX(CASE WHEN kind = 'approve' THEN 1 ELSE 0 END) AS approved,
        MAX(CASE WHEN kind = 'edit' THEN 1 ELSE 0 END) AS edited
    FROM ordered
    WHERE day >= $first_day AND COALESCE(next, '') <> 'undo'
    GROUP BY proposal
)
SELECT
    p.play AS play, COALESCE(p.segment, '') AS segment,
    CAST(SUM(s.decided) AS BIGINT) AS decided, CAST(SUM(s.approved) AS BIGINT) AS approved,
    CAST(SUM(s.edited * s.decided) AS BIGINT) AS edited
FROM said AS s
JOIN work_proposals AS p ON p.proposal = s.proposal
WHERE s.decided = 1
GROUP BY p.play, COALESCE(p.segment, '')
ORDER BY play, segment
