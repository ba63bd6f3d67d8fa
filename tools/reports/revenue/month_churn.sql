-- What every account but the new ones paid at the start of one month, and what it took away in it
-- (below 0: brought); equal rows are one row. Reactivated accounts paid nothing at the start, nor
-- did those that leave during a pause. A pause and a change of currency take nothing away.
WITH losses AS (
    SELECT m.currency AS currency, m.before AS before, m.after AS after,
        CASE WHEN m.kind IN ('currency_change', 'pause', 'resumption') THEN 0 ELSE -m.minor END
            AS lost
    FROM revenue_moves AS m
    WHERE m.month_n = $month_n AND m.kind <> 'new'
        AND (m.before > 0 OR m.after > 0 OR NOT m.kind IN ('pause', 'resumption'))
)
SELECT currency AS currency, before AS before, lost AS lost, CAST(COUNT(*) AS BIGINT) AS accounts
FROM losses
GROUP BY currency, before, after, lost
ORDER BY currency, before DESC, after DESC, lost
