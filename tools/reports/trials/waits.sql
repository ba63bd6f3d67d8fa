-- One row for each account that tried before it paid: when its first trial started, after how
-- many days it paid and cancelled (NULL is never so far), and how many days it was watched.
-- Cancelled: notice was given, or all trial lines ended before the term they were agreed for.
WITH lines AS (
    SELECT
        s.account_id AS account_id, s.from_day AS started_day, s.cancelled_day AS cancelled_day,
        s.term_end_day AS term_end_day, CASE WHEN s.to_day < 1000000 THEN s.to_day END AS ended_day
    FROM subscription_spans AS s
    WHERE s.account_id IS NOT NULL AND s.from_day < $as_of AND s.trial = 1
),
tried AS (
    SELECT
        account_id AS account_id, MIN(started_day) AS start_day,
        MIN(cancelled_day) AS notice_day,
        CASE
            WHEN COUNT(ended_day) = COUNT(*) AND MAX(ended_day) < MAX(term_end_day)
            THEN MAX(ended_day)
        END AS early_day
    FROM lines
    GROUP BY account_id
),
paid AS (
    SELECT
        l.account_id AS account_id,
        MIN(l.from_day) AS ever_day,
        MIN(CASE WHEN l.from_day >= t.start_day THEN l.from_day END) AS paid_day
    FROM recurring_revenue AS l
    JOIN tried AS t ON t.account_id = l.account_id
    WHERE l.minor > 0 AND l.from_day < $as_of
    GROUP BY l.account_id
),
given_up AS (
    SELECT
        account_id AS account_id, start_day AS start_day,
        CASE WHEN early_day IS NULL OR notice_day <= early_day THEN notice_day ELSE early_day END
            AS day
    FROM tried
)
SELECT
    t.account_id AS account_id, t.start_day AS start_day, c.month_n AS month_n,
    p.paid_day - t.start_day AS paid_after,
    CASE WHEN t.day < t.start_day THEN 0 ELSE t.day - t.start_day END AS cancelled_after,
    LEAST($as_of, e.day) - 1 - t.start_day AS watched
FROM given_up AS t
JOIN calendar AS c ON c.day = t.start_day
CROSS JOIN bills_end AS e
LEFT JOIN paid AS p ON p.account_id = t.account_id
WHERE t.start_day >= $since AND t.start_day < e.day AND (p.ever_day IS NULL OR p.ever_day >= t.start_day)
