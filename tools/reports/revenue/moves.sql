-- What each account did to recurring revenue between each point and the one before. An account
-- that comes is new, or reactivated when it had been a customer at any time before. Who stops one
-- currency and begins another has neither left nor come; who adds one has grown, and who gives one
-- of several up has shrunk. All this is read from what is held, pauses or not; what pauses take
-- and give back is a move of its own. So who leaves during a pause resumes and is churn at once,
-- as much as was held. minor is the move; before and after stand in one row of each account.
WITH sides AS (
    SELECT account_id AS account_id, currency AS currency, month_n AS month_n,
        0 AS before, minor AS after, 0 AS held_before, held AS held_after
    FROM revenue_mrr
    UNION ALL
    SELECT account_id AS account_id, currency AS currency, month_n + 1 AS month_n,
        minor AS before, 0 AS after, held AS held_before, 0 AS held_after
    FROM revenue_mrr
),
amounts AS (
    SELECT s.account_id AS account_id, s.currency AS currency, s.month_n AS month_n,
        CAST(SUM(s.before) AS BIGINT) AS before, CAST(SUM(s.after) AS BIGINT) AS after,
        CAST(SUM(s.held_before) AS BIGINT) AS held_before,
        CAST(SUM(s.held_after) AS BIGINT) AS held_after
    FROM sides AS s
    GROUP BY s.account_id, s.currency, s.month_n
),
moves AS (
    SELECT
        a.*,
        a.held_after - a.held_before AS agreed,
        a.held_before - a.before - a.held_after + a.after AS resumed,
        MAX(a.held_before) OVER w AS any_before, MAX(a.held_after) OVER w AS any_after,
        MAX(CASE WHEN a.held_before > 0 AND a.held_after = 0 THEN 1 ELSE 0 END) OVER w AS gave_up,
        MAX(CASE WHEN a.held_before = 0 AND a.held_after > 0 THEN 1 ELSE 0 END) OVER w AS took_up
    FROM amounts AS a
    WINDOW w AS (PARTITION BY a.account_id, a.month_n)
),
parts AS (
    SELECT 0 AS pausing
    UNION ALL
    SELECT 1 AS pausing
)
SELECT
    m.account_id AS account_id, m.currency AS currency, m.month_n AS month_n,
    CASE WHEN s.pausing = 0 OR m.agreed = 0 THEN m.before ELSE 0 END AS before,
    CASE WHEN s.pausing = 0 OR m.agreed = 0 THEN m.after ELSE 0 END AS after,
    CASE WHEN s.pausing = 0 THEN m.agreed ELSE m.resumed END AS minor,
    CASE
        WHEN s.pausing = 1 AND m.resumed > 0 THEN 'resumption'
        WHEN s.pausing = 1 THEN 'pause'
        WHEN m.agreed = 0 THEN 'same'
        WHEN m.held_before = 0 AND m.any_before > 0 AND m.gave_up = 1 THEN 'currency_change'
        WHEN m.held_before = 0 AND m.any_before > 0 THEN 'expansion'
        WHEN m.held_before = 0 AND f.came_day <= o.day THEN 'reactivation'
        WHEN m.held_before = 0 THEN 'new'
        WHEN m.held_after = 0 AND m.any_after > 0 AND m.took_up = 1 THEN 'currency_change'
        WHEN m.held_after = 0 AND m.any_after > 0 THEN 'contraction'
        WHEN m.held_after = 0 THEN 'churn'
        WHEN m.agreed > 0 THEN 'expansion'
        ELSE 'contraction'
    END AS kind
FROM moves AS m
JOIN parts AS s
    ON (s.pausing = 1 AND m.resumed <> 0)
    OR (s.pausing = 0 AND (m.agreed <> 0 OR (m.resumed = 0 AND m.before > 0)))
JOIN revenue_points AS o ON o.month_n = m.month_n - 1
JOIN revenue_points AS p ON p.month_n = m.month_n
JOIN revenue_first AS f ON f.account_id = m.account_id AND f.currency = m.currency
