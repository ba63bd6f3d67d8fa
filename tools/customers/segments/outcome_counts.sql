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
terms AS (
    SELECT h.account_id AS account_id, h.day AS day, MIN(l.term_end_day) AS term_day
    FROM history AS h
    JOIN subscription_spans AS l ON l.account_id = h.account_id
    WHERE l.trial = 0 AND l.minor > 0 AND l.from_day < h.day AND l.to_day >= h.day
        AND l.term_end_day >= h.day AND l.term_end_day < h.day + $renewal_days
    GROUP BY h.account_id, h.day
),
amounts AS (
    SELECT
        h.account_id AS account_id, h.day AS day, r.currency AS currency,
        SUM(CASE WHEN r.from_day < h.day AND r.to_day >= h.day THEN r.minor ELSE 0 END) AS before,
        SUM(CASE WHEN r.from_day < h.day + $expansion_days AND r.to_day >= h.day + $expansion_days
            THEN r.minor ELSE 0 END) AS after
    FROM history AS h
    JOIN recurring_revenue AS r ON r.account_id = h.account_id
    GROUP BY h.account_id, h.day, r.currency
),
-- Amounts of several currencies are compared at the rates of the day, or not at all.
lines AS (
    SELECT
        a.account_id AS account_id, a.day AS day,
        CASE
            WHEN COUNT(*) = 1 AND MAX(a.after) > MAX(a.before) THEN 1
            WHEN COUNT(*) = 1 THEN 0
            WHEN COUNT(x.rate) < COUNT(*) THEN CAST(NULL AS INT)
            WHEN SUM(CAST(a.after AS DECIMAL(19, 0)) * x.rate)
                > SUM(CAST(a.before AS DECIMAL(19, 0)) * x.rate) THEN 1
            ELSE 0
        END AS grown
    FROM amounts AS a
    LEFT JOIN exchange_rates AS x ON x.currency = a.currency
    WHERE a.before > 0 OR a.after > 0
    GROUP BY a.account_id, a.day
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
    JOIN terms AS l ON l.account_id = s.account_id AND l.day = s.day
    WHERE s.covered_to IS NOT NULL
        AND s.day + $renewal_days + $grace <= $as_of
    UNION ALL
    SELECT s.segment AS segment, 'expansion' AS outcome, s.day AS day,
        l.grown AS event
    FROM states AS s
    JOIN lines AS l ON l.account_id = s.account_id AND l.day = s.day
    WHERE s.covered_to IS NOT NULL AND l.grown IS NOT NULL AND s.day + $expansion_days + $grace <= $as_of
)
SELECT
    segment AS segment, outcome AS outcome, day AS day,
    CAST(SUM(event) AS BIGINT) AS k, CAST(COUNT(*) AS BIGINT) AS n
FROM results
GROUP BY segment, outcome, day
ORDER BY segment, outcome, day
