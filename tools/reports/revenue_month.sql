-- What every account but the new ones paid at the start and at the end of one month, and what sort
-- of move that was; equal rows are one row. Reactivated accounts paid nothing at the start.
SELECT m.currency AS currency, m.before AS before, m.after AS after,
    CASE WHEN m.kind IN ('currency_change', 'pause', 'resumption') THEN 0 ELSE 1 END AS moved,
    CAST(COUNT(*) AS BIGINT) AS accounts
FROM revenue_moves AS m
WHERE m.month_n = $month_n AND m.kind <> 'new'
GROUP BY m.currency, m.before, m.after,
    CASE WHEN m.kind IN ('currency_change', 'pause', 'resumption') THEN 0 ELSE 1 END
ORDER BY m.currency, m.before DESC, m.after DESC, moved
