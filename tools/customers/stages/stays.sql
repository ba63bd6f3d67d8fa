-- To which account every contact belonged from when to when; to_day is $never for the present one.
SELECT c.contact_id AS contact_id, c.account_id AS account_id, c.created_day AS created_day,
  0 AS from_day, $never AS to_day, 0 AS moved
FROM contacts AS c
LEFT JOIN (SELECT DISTINCT contact_ref AS contact_ref FROM contact_moves) AS m
  ON m.contact_ref = c.contact_id
WHERE $person_scope AND m.contact_ref IS NULL
UNION ALL
SELECT c.contact_id AS contact_id, m.account_id AS account_id, c.created_day AS created_day,
  m.from_day AS from_day, LEAST(m.to_day, $never) AS to_day, 1 AS moved
FROM contacts AS c
INNER JOIN contact_moves AS m ON m.contact_ref = c.contact_id
WHERE $person_scope
