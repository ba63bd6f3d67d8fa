-- Kept for those who look behind the figures of the week: whose revenue moved in it.
SELECT m.account_id AS account_id, m.currency AS currency, m.kind AS kind
FROM revenue_moves AS m
WHERE m.month_n = 1 AND m.kind <> 'same'
