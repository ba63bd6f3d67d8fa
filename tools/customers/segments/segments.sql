-- Every account with its segment; NULL when no condition holds. $choice is one CASE.
SELECT k.account_id AS account_id, $choice AS segment
FROM (
    SELECT f.*, r.stage AS stage
    FROM features AS f
    LEFT JOIN roster AS r ON r.kind = 'account' AND r.id = f.account_id
) AS k
