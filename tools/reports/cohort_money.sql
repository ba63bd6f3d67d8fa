-- Accounts by the month of their first paid day and by months since: how many pay, how many have
-- paid in every month so far, what they pay, capped at what they paid first, and what they kept
-- from the month before. With $shift 1 a month is closed by the next one's opening, and who begins
-- on that day belongs to it.
WITH born AS (
    SELECT f.account_id AS account_id, f.currency AS currency, c.month_n AS cohort,
        CAST(SUM(l.minor) AS BIGINT) AS base
    FROM revenue_first AS f
    JOIN calendar AS c ON c.day = f.day - $shift
    JOIN revenue_lines AS l
        ON l.account_id = f.account_id AND l.currency = f.currency AND l.started_day = f.day
    GROUP BY f.account_id, f.currency, c.month_n
),
paid AS (
    SELECT
        b.currency AS currency, b.cohort AS cohort, m.month_n - b.cohort AS age,
        m.minor AS minor, b.base AS base,
        ROW_NUMBER() OVER (PARTITION BY m.account_id, m.currency ORDER BY m.month_n) AS place,
        LAG(m.month_n) OVER (PARTITION BY m.account_id, m.currency ORDER BY m.month_n)
            - b.cohort AS age_before,
        LAG(m.minor) OVER (PARTITION BY m.account_id, m.currency ORDER BY m.month_n) AS minor_before
    FROM revenue_mrr AS m
    JOIN born AS b ON b.account_id = m.account_id AND b.currency = m.currency
),
kept AS (
    SELECT
        p.currency AS currency, p.cohort AS cohort, p.age AS age, p.minor AS minor,
        p.base AS base,
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
    CAST(COUNT(*) AS BIGINT) AS paying, CAST(SUM(k.unbroken) AS BIGINT) AS unbroken,
    CAST(SUM(k.minor) AS BIGINT) AS minor, CAST(SUM(LEAST(k.minor, k.base)) AS BIGINT) AS capped,
    CAST(SUM(LEAST(k.minor, k.before)) AS BIGINT) AS kept
FROM kept AS k
GROUP BY k.currency, k.cohort, k.age
ORDER BY currency, cohort, age
