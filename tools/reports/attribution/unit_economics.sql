-- What became of the followed accounts within $window days, by group and source: money as sums of
-- minor units a month times days, rounded once, on the sum. What is paused is kept and no expansion
-- when it comes back. An account with a price in a currency without a rate is counted apart and in
-- nothing else.
WITH paid AS (
    SELECT
        m.grouping AS grouping, m.account_id AS account_id,
        MAX(p.unknown) AS unknown,
        SUM(CASE WHEN p.from_day <= m.start_day AND p.to_day > m.start_day
            THEN p.held ELSE 0 END) AS first_held,
        SUM(CASE WHEN p.from_day < m.start_day + $window AND p.to_day >= m.start_day + $window
            THEN p.held ELSE 0 END) AS last_held,
        SUM(CASE WHEN p.from_day < m.start_day + $window AND p.to_day > m.start_day
            THEN p.exact * CAST(LEAST(p.to_day, m.start_day + $window)
                - GREATEST(p.from_day, m.start_day) AS DECIMAL(8, 0))
            ELSE 0 END) AS days_exact
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
        p.first_held AS first_held, p.last_held AS last_held, p.days_exact AS days_exact,
        COALESCE(a.tickets, 0) AS tickets
    FROM unit_members AS m
    JOIN paid AS p ON p.grouping = m.grouping AND p.account_id = m.account_id
    LEFT JOIN asked AS a ON a.grouping = m.grouping AND a.account_id = m.account_id
),
sums AS (
    SELECT
        grouping AS grouping, name AS name, source AS source,
        CAST(COUNT(*) AS BIGINT) AS won,
        CAST(SUM(1 - unknown) AS BIGINT) AS accounts,
        CAST(SUM(CASE WHEN unknown = 0 AND last_held > 0 THEN 1 ELSE 0 END) AS BIGINT) AS kept,
        CAST(SUM(CASE WHEN unknown = 0 AND last_held > first_held THEN 1 ELSE 0 END) AS BIGINT)
            AS expanded,
        CAST(SUM(CASE WHEN unknown = 0 AND last_held > first_held
            THEN last_held - first_held ELSE 0 END) AS DECIMAL(28, 9)) AS rise,
        CAST(SUM(CASE WHEN unknown = 0 THEN days_exact ELSE 0 END) AS DECIMAL(28, 9)) AS days_exact,
        CAST(SUM(CASE WHEN unknown = 0 THEN tickets ELSE 0 END) AS BIGINT) AS tickets
    FROM followed
    GROUP BY grouping, name, source
)
SELECT
    grouping AS grouping, name AS name, source AS source, won AS won, accounts AS accounts,
    kept AS kept, expanded AS expanded, $rise AS rise_minor, $days_exact AS minor_days,
    tickets AS tickets
FROM sums
ORDER BY grouping, name, source
