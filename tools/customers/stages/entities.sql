-- The steps of every kind of entity. whole: an owner with everything known of it. shared: what all
-- people of an account share, where somebody has facts alone. contact: such a person, over that.
-- change: +1 begins, -1 ends (windows count from here), 0 only marks a day. A `tick` is a window of
-- some rule running out.
WITH moments AS (
  SELECT kind AS kind, id AS id, fact AS fact, first_day AS day, 1 AS change, 0 AS notice
  FROM stage_spells
  UNION ALL
  SELECT kind AS kind, id AS id, fact AS fact, end_day AS day, -1 AS change, notice AS notice
  FROM stage_spells
  UNION ALL
  SELECT 'contact' AS kind, o.id AS id, s.fact AS fact, s.first_day AS day, 1 AS change,
    0 AS notice
  FROM stage_own AS o
  INNER JOIN stage_spells AS s ON s.kind = 'shared' AND s.id = o.owner
  WHERE o.covers = 0
  UNION ALL
  SELECT 'contact' AS kind, o.id AS id, s.fact AS fact, s.end_day AS day, -1 AS change,
    s.notice AS notice
  FROM stage_own AS o
  INNER JOIN stage_spells AS s ON s.kind = 'shared' AND s.id = o.owner
  WHERE o.covers = 0
  UNION ALL
  SELECT 'whole' AS kind, owner AS id, fact AS fact, day AS day, change AS change, notice AS notice
  FROM stage_steps
  UNION ALL
  SELECT 'shared' AS kind, s.owner AS id, s.fact AS fact, s.day AS day,
    s.change AS change, s.notice AS notice
  FROM stage_steps AS s
  INNER JOIN stage_mixed AS p ON p.owner = s.owner
  WHERE s.contact_id IS NULL
  UNION ALL
  SELECT 'contact' AS kind, o.id AS id, s.fact AS fact, s.day AS day,
    s.change AS change, s.notice AS notice
  FROM stage_own AS o
  INNER JOIN stage_steps AS s ON s.owner = o.owner AND s.contact_id IS NULL
  UNION ALL
  SELECT 'contact' AS kind, o.id AS id, s.fact AS fact, s.day AS day,
    s.change AS change, s.notice AS notice
  FROM stage_own AS o
  INNER JOIN stage_steps AS s
    ON s.contact_id = o.contact_id
    AND (o.moved = 0 OR s.owner = o.owner OR NOT s.fact IN ('deal', 'new_deal'))
)
SELECT kind AS kind, id AS id, fact AS fact, day AS day, change AS change, notice AS notice
FROM moments
WHERE day < $as_of
UNION ALL
SELECT m.kind AS kind, m.id AS id, 'tick' AS fact, m.day + o.days AS day, 0 AS change, 0 AS notice
FROM moments AS m
INNER JOIN stage_offsets AS o ON o.fact = m.fact
WHERE m.change = -1 AND o.days > 0 AND m.day + o.days < $as_of
