-- The steps of every kind of entity. whole: an owner with everything known of it. shared: what all
-- people of an account share, where somebody has facts alone. contact: such a person, over that.
SELECT 'whole' AS kind, owner AS id, fact AS fact, day AS day, change AS change, notice AS notice
FROM stage_steps
UNION ALL
SELECT 'shared' AS kind, s.owner AS id, s.fact AS fact, s.day AS day,
  s.change AS change, s.notice AS notice
FROM stage_steps AS s
INNER JOIN stage_mixed AS p ON p.owner = s.owner
WHERE s.contact_id IS NULL
UNION ALL
SELECT 'contact' AS kind, o.contact_id AS id, s.fact AS fact, s.day AS day,
  s.change AS change, s.notice AS notice
FROM stage_own AS o
INNER JOIN stage_steps AS s ON s.owner = o.owner AND s.contact_id IS NULL
UNION ALL
SELECT 'contact' AS kind, s.contact_id AS id, s.fact AS fact, s.day AS day,
  s.change AS change, s.notice AS notice
FROM stage_own AS o
INNER JOIN stage_steps AS s ON s.contact_id = o.contact_id
