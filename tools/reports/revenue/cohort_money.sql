-- Accounts by the month of their first paid day and by months since: how many pay, how many have
-- paid in every month so far, what they pay, capped at what they paid first, and what they kept
-- from the month before. With $shift 1 a month is closed by the next one's opening, and who begins
-- on that day belongs to it. A cohort is of the currency its accounts first paid in; who pays in
-- another now, or has a paused bill, is not lost, and in no amount of that month's churn.
WITH born AS (
    SELECT f.account_id AS account_id, f.currency AS currency, c.month_n AS cohort,
        CAST(SUM(l.minor) AS BIGINT) AS base
    FROM revenue_first AS f
    JOIN calendar AS c ON c.day = f.day - $shift
    JOIN revenue_lines AS l
        ON l.account_id = f.account_id AND l.currency = f.currency AND l.started_day = f.day
    WHERE f.day = f.any_day
    GROUP BY f.account_id, f.currency, c.month_n
),
months AS (
    SELECT
        b.account_id AS account_id, b.currency AS currency, b.cohort AS cohort, b.base AS base,
        m.month_n AS month_n, MAX(m.minor) AS most,
        SUM(CASE WHEN m.currency = b.currency THEN m.minor ELSE 0 END) AS minor
    FROM revenue_mrr AS m
    JOIN born AS b ON b.account_id = m.account_id
    GROUP BY b.account_id, b.currency, b.cohort, b.base, m.month_n
),
paid AS (
    SELECT
        m.currency AS currency, m.cohort AS cohort, m.month_n - m.cohort AS age,
        m.minor AS minor, m.base AS base, m.most AS most,
        ROW_NUMBER() OVER (PARTITION BY m.account_id, m.currency ORDER BY m.month_n) AS place,
        LAG(m.month_n) OVER (PARTITION BY m.account_id, m.currency ORDER BY m.month_n)
            - m.cohort AS age_before,
        LAG(m.minor) OVER (PARTITION BY m.account_id, m.currency ORDER BY m.month_n) AS minor_before
    FROM months AS m
),
kept AS (
    SELECT
        p.currency AS currency, p.cohort AS cohort, p.age AS age, p.minor AS minor,
        p.base AS base,
        CASE WHEN p.most > 0 THEN 1 ELSE 0 END AS paying,
        CASE WHEN p.place = p.age + 1 THEN 1 ELSE 0 END AS unbroken,
        CASE
            WHEN p.age = 0 THEN p.base
            WHEN p.age_before = p.age - 1 THEN p.minor_before
            ELSE 0
        END AS before
    FROM paid AS p
)
SELECT
    b.currency AS currency, b.cohort AS cohort, -1 AS age,
    CAST(COUNT(*) AS BIGINT) AS paying, CAST(COUNT(*) AS BIGINT) AS unbroken,
    CAST(SUM(b.base) AS BIGINT) AS minor, CAST(SUM(b.base) AS BIGINT) AS capped,
    CAST(SUM(b.base) AS BIGINT) AS kept
FROM born AS b
GROUP BY b.currency, b.cohort
UNION ALL
SELECT
    k.currency AS currency, k.cohort AS cohort, k.age AS age,
    CAST(SUM(k.paying) AS BIGINT) AS paying, CAST(SUM(k.unbroken) AS BIGINT) AS unbroken,
    CAST(SUM(k.minor) AS BIGINT) AS minor, CAST(SUM(LEAST(k.minor, k.base)) AS BIGINT) AS capped,
    CAST(SUM(CASE WHEN k.minor = 0 THEN k.before ELSE LEAST(k.minor, k.before) END) AS BIGINT)
        AS kept
FROM kept AS k
GROUP BY k.currency, k.cohort, k.age
ORDER BY currency, cohort, age
