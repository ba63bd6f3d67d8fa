-- Kept for those who look behind a figure: the members of the definition that is told.
SELECT m.id AS id, m.account_id AS account_id, m.birth AS birth, m.born AS born,
    m.cohort AS cohort
FROM retention_members AS m
