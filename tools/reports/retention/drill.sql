-- Who is behind each figure: those of its cohort, or of all, born early enough to count in it, and
-- not so early that nothing was recorded yet.
SELECT f.figure AS figure, m.account_id AS account_id, m.id AS member_id
FROM drill_retention_figures AS f
JOIN drill_retention_members AS m ON m.cohort = f.cohort AND m.birth <= f.latest
    AND (m.born >= f.recorded OR m.birth >= f.earliest)
UNION ALL
SELECT f.figure AS figure, m.account_id AS account_id, m.id AS member_id
FROM drill_retention_figures AS f
JOIN drill_retention_members AS m ON m.birth <= f.latest
    AND (m.born >= f.recorded OR m.birth >= f.earliest)
WHERE f.cohort IS NULL
