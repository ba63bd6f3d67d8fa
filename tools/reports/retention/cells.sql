-- Retained members by cohort and bucket. Windows are whole multiples of $length, so a return is
-- first reduced to the steps it takes; only the distinct steps of a birth meet the buckets.
-- What was done before the birth is no return, though it lie in the same calendar unit.
-- A bucket that begins before $begin, from where on returns were recorded, cannot be told of who was
-- born before $first, the first day on record.
-- $end is the place of the first day not seen, $last the place of the last day seen.
WITH steps AS (
    SELECT DISTINCT
        m.id AS id, m.cohort AS cohort,
        (CASE WHEN r.place < m.birth THEN 0 ELSE r.place - m.birth END) // $length AS first_step,
        (r.upto - m.birth) // $length AS last_step
    FROM retention_members AS m
    JOIN retention_returns AS r ON r.id = m.id AND r.last_day >= m.born
),
hits AS (
    SELECT DISTINCT s.id AS id, s.cohort AS cohort, b.n AS n
    FROM steps AS s
    JOIN retention_buckets AS b ON s.first_step < b.hi AND s.last_step >= b.lo
),
states AS (
    SELECT
        m.part AS part, m.cohort AS cohort, b.n AS n,
        CASE WHEN m.birth + b.closes * $length <= $end THEN 1 ELSE 0 END AS complete,
        CASE WHEN m.birth + b.lo * $length <= $last THEN 1 ELSE 0 END AS begun,
        CASE WHEN m.born >= $first OR m.birth + b.lo * $length >= $begin THEN 1 ELSE 0 END
            AS recorded,
        CASE WHEN h.id IS NULL THEN 0 ELSE 1 END AS retained,
        CASE WHEN b.n = 0 OR p.id IS NOT NULL THEN 1 ELSE 0 END AS retained_before
    FROM retention_members AS m
    CROSS JOIN retention_buckets AS b
    LEFT JOIN hits AS h ON h.id = m.id AND h.cohort = m.cohort AND h.n = b.n
    LEFT JOIN hits AS p ON p.id = m.id AND p.cohort = m.cohort AND p.n = b.n - 1
),
counted AS (
    SELECT
        part AS part, cohort AS cohort, n AS n, complete AS complete, retained AS retained,
        retained_before AS retained_before,
        recorded * CASE WHEN $mark THEN begun ELSE complete END
            * CASE WHEN $previous THEN retained_before ELSE 1 END AS eligible
    FROM states
)
SELECT
    part AS part,
    cohort AS cohort,
    n AS n,
    CAST(COUNT(*) AS BIGINT) AS size,
    CAST(SUM(eligible) AS BIGINT) AS eligible,
    CAST(SUM(eligible * retained) AS BIGINT) AS retained,
    CAST(SUM(eligible * retained * (1 - retained_before)) AS BIGINT) AS reactivated,
    CAST(MIN(complete) AS BIGINT) AS complete
FROM counted
GROUP BY part, cohort, n
ORDER BY part, cohort, n
