-- What became of the followed accounts within $window days, by group and source: money as sums of
-- minor units a month times days, so that everything is whole. An account with a price in a
-- currency without a rate is counted apart and in nothing else.
WITH paid AS (
    SELECT
        m.grouping AS grouping, m.account_id AS account_id,
        MAX(p.unknown) AS unknown,
        SUM(CASE WHEN p.from_day <= m.start_day AND p.to_day > m.start_day
            THEN p.minor ELSE 0 END) AS first_minor,
        SUM(CASE WHEN p.from_day < m.start_day + $window AND p.to_day >= m.start_day + $window
            THEN p.minor ELSE 0 END) AS last_minor,
        SUM(CASE WHEN p.from_day < m.start_day + $window AND p.to_day > m.start_day
            THEN p.minor * (LEAST(p.to_day, m.start_day + $window)
                - GREATEST(p.from_day, m.start_day))
            ELSE 0 END) AS minor_days
    FROM unit_members AS m
    JOIN paid_lines AS p ON p.account_id = m.account_id
    GROUP BY m.grouping, m.account_id
),
asked AS (
    SELECT m.grouping AS grouping, m.account_id AS account_id, COUNT(*) AS tickets
    FROM unit_members AS m
    JOIN tickets AS t ON t.account_id = m.account_id
        AND t.opened_day >= m.start_day AND t.opened_day < m.start_day + $window
    GROUP BY m.grouping, m.account_id
),
followed AS (
    SELECT
        m.grouping AS grouping, m.name AS name, m.source AS source, p.unknown AS unknown,
        p.first_minor AS first_minor, p.last_minor AS last_minor, p.minor_days AS minor_days,
        COALESCE(a.tickets, 0) AS tickets
    FROM unit_members AS m
    JOIN paid AS p ON p.grouping = m.grouping AND p.account_id = m.account_id
    LEFT JOIN asked AS a ON a.grouping = m.grouping AND a.account_id = m.account_id
)
SELECT
    grouping AS grouping, name AS name, source AS source,
    CAST(COUNT(*) AS BIGINT) AS won,
    CAST(SUM(1 - unknown) AS BIGINT) AS accounts,
    CAST(SUM(CASE WHEN unknown = 0 AND last_minor > 0 THEN 1 ELSE 0 END) AS BIGINT) AS kept,
    CAST(SUM(CASE WHEN unknown = 0 AND last_minor > first_minor THEN 1 ELSE 0 END) AS BIGINT)
        AS expanded,
    CAST(SUM(CASE WHEN unknown = 0 AND last_minor > first_minor
        THEN last_minor - first_minor ELSE 0 END) AS BIGINT) AS rise_minor,
    CAST(SUM(CASE WHEN unknown = 0 THEN minor_days ELSE 0 END) AS BIGINT) AS minor_days,
    CAST(SUM(CASE WHEN unknown = 0 THEN tickets ELSE 0 END) AS BIGINT) AS tickets
FROM followed
GROUP BY grouping, name, source
ORDER BY grouping, name, source
