-- What became of the agent's finds from $first_day to the day before $as_of: how many, and their
-- worth in $currency where it has one. A stage counts what happened to it within these days.
WITH stages AS (
    SELECT 'mornings' AS stage, 1 AS n, CAST(NULL AS BIGINT) AS minor
    FROM work_runs WHERE as_of >= $first_day
    UNION ALL
    SELECT 'found' AS stage, priced + unpriced AS n, NULL AS minor
    FROM work_runs WHERE as_of >= $first_day
    UNION ALL
    SELECT 'priced' AS stage, priced AS n, NULL AS minor
    FROM work_runs WHERE as_of >= $first_day
    UNION ALL
    SELECT 'worthwhile' AS stage, worthwhile AS n, NULL AS minor
    FROM work_runs WHERE as_of >= $first_day
    UNION ALL
    SELECT 'refused' AS stage, 1 AS n, NULL AS minor
    FROM (
        SELECT DISTINCT account_id AS account_id, play AS play
        FROM work_refusals WHERE as_of >= $first_day AND rule_id <> 'unpriced'
    ) AS r
    UNION ALL
    SELECT 'queued' AS stage, 1 AS n,
        CASE WHEN currency = $currency THEN value_minor END AS minor
    FROM work_proposals WHERE created_day >= $first_day AND created_day < $as_of
    UNION ALL
    SELECT CASE WHEN status IN ('expired', 'superseded', 'revoked') THEN 'lapsed' ELSE status END
            AS stage, 1 AS n,
        CASE WHEN currency = $currency THEN value_minor END AS minor
    FROM work_proposals
    WHERE status IN ('rejected', 'expired', 'superseded', 'revoked') AND status_day >= $first_day
    UNION ALL
    SELECT 'waiting' AS stage, 1 AS n,
        CASE WHEN currency = $currency THEN value_minor END AS minor
    FROM work_proposals WHERE status IN ('pending', 'snoozed')
    UNION ALL
    SELECT 'approved' AS stage, 1 AS n,
        CASE WHEN currency = $currency THEN value_minor END AS minor
    FROM work_actions WHERE status <> 'revoked' AND approved_day >= $first_day
    UNION ALL
    SELECT CASE WHEN status IN ('failed', 'blocked', 'unknown') THEN 'stopped' ELSE status END
            AS stage, 1 AS n,
        CASE WHEN currency = $currency THEN value_minor END AS minor
    FROM work_actions
    WHERE status IN ('held_out', 'sent', 'failed', 'blocked', 'unknown')
        AND status_day >= $first_day
    UNION ALL
    SELECT 'gone' AS stage, 1 AS n,
        CASE WHEN currency = $currency THEN value_minor END AS minor
    FROM work_actions WHERE status = 'sent' AND gone AND status_day >= $first_day
    UNION ALL
    SELECT 'under_way' AS stage, 1 AS n,
        CASE WHEN currency = $currency THEN value_minor END AS minor
    FROM work_actions WHERE status IN ('scheduled', 'calling')
    UNION ALL
    SELECT 'known' AS stage, 1 AS n, NULL AS minor
    FROM work_clocks WHERE known_day > $first_day AND known_day <= $as_of
)
SELECT stage AS stage, CAST(SUM(n) AS BIGINT) AS n, CAST(SUM(minor) AS BIGINT) AS minor
FROM stages
GROUP BY stage
ORDER BY stage
