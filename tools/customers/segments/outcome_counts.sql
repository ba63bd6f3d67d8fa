-- Accounts and events by segment, outcome and day of assignment, for windows that are closed:
-- assignment + window + grace lies on or before $as_of. Covered on day s means: not yet ended
-- for one who looked on the morning of s. An end or start inside [s, s + window) counts.
WITH history AS (
    SELECT DISTINCT h.account_id AS account_id, h.segment AS segment, h.day AS day
    FROM segment_history AS h
    WHERE h.segment IS NOT NULL
),
states AS (
    SELECT
        h.account_id AS account_id, h.segment AS segment, h.day AS day,
        MAX(CASE WHEN s.from_day < h.day AND s.to_day >= h.day THEN s.to_day END) AS covered_to,
        MAX(CASE WHEN s.to_day < h.day THEN 1 ELSE 0 END) AS left_before,
        MIN(CASE WHEN s.from_day >= h.day THEN s.from_day END) AS comes
    FROM history AS h
    LEFT JOIN outcome_spells AS s ON s.account_id = h.account_id
    GROUP BY h.account_id, h.segment, h.day
),
lines AS (
    SELECT
        h.account_id AS account_id, h.day AS day,
        MIN(CASE
            WHEN l.started_day < h.day AND COALESCE(l.ended_day, 1000000) >= h.day
                AND l.term_end_day >= h.day AND l.term_end_day < h.day + $renewal_days
            THEN l.term_end_day
        END) AS term_day,
        CAST(SUM(CASE
            WHEN l.started_day < h.day AND COALESCE(l.ended_day, 1000000) >= h.day
            THEN l.mrr_minor ELSE 0
        END) AS BIGINT) AS mrr_before,
        CAST(SUM(CASE
            WHEN l.started_day < h.day + $expansion_days
                AND COALESCE(l.ended_day, 1000000) >= h.day + $expansion_days
            THEN l.mrr_minor ELSE 0
        END) AS BIGINT) AS mrr_after
    FROM history AS h
    JOIN subscriptions AS l ON l.account_id = h.account_id
    WHERE NOT COALESCE(l.trial, FALSE) AND l.mrr_minor > 0
    GROUP BY h.account_id, h.day
),
results AS (
    SELECT s.segment AS segment, 'churn' AS outcome, s.day AS day,
        CASE WHEN s.covered_to < s.day + $churn_days THEN 1 ELSE 0 END AS event
    FROM states AS s
    WHERE s.covered_to IS NOT NULL AND s.day + $churn_days + $grace <= $as_of
    UNION ALL
    SELECT s.segment AS segment, 'return' AS outcome, s.day AS day,
        CASE WHEN s.comes < s.day + $return_days THEN 1 ELSE 0 END AS event
    FROM states AS s
    WHERE s.covered_to IS NULL AND s.left_before = 1 AND s.day + $return_days + $grace <= $as_of
    UNION ALL
    SELECT s.segment AS segment, 'renewal' AS outcome, s.day AS day,
        CASE WHEN s.covered_to > l.term_day THEN 1 ELSE 0 END AS event
    FROM states AS s
    JOIN lines AS l ON l.account_id = s.account_id AND l.day = s.day
    WHERE s.covered_to IS NOT NULL AND l.term_day IS NOT NULL
        AND s.day + $renewal_days + $grace <= $as_of
    UNION ALL
    SELECT s.segment AS segment, 'expansion' AS outcome, s.day AS day,
        CASE WHEN l.mrr_after > l.mrr_before THEN 1 ELSE 0 END AS event
    FROM states AS s
    JOIN lines AS l ON l.account_id = s.account_id AND l.day = s.day
    WHERE s.covered_to IS NOT NULL AND s.day + $expansion_days + $grace <= $as_of
)
SELECT
    segment AS segment, outcome AS outcome, day AS day,
    CAST(SUM(event) AS BIGINT) AS k, CAST(COUNT(*) AS BIGINT) AS n
FROM results
GROUP BY segment, outcome, day
ORDER BY segment, outcome, day
