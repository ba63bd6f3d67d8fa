-- The accounts of one part that are shown, those to call today first, then what was put away.
SELECT
  b.*, l.holder AS holder, l.state AS state, l.place AS place, c.kind AS care_kind,
  c.who AS care_who, c.reason AS care_reason, c.until_day AS care_until, c.day AS care_day,
  COALESCE(c.version, 0) AS care_version, u.play AS way_play, u.day AS way_day,
  u.until_day AS way_until
FROM account_base AS b
LEFT JOIN account_lines AS l ON l.account_id = b.account_id
LEFT JOIN account_care AS c ON c.account_id = b.account_id
LEFT JOIN account_under_way AS u ON u.account_id = b.account_id
WHERE b.part = $part AND ($account = '' OR b.account_id = $account)
  AND (
    $owner = '' OR b.owner = $owner OR l.holder = $owner
    OR ($owner = $pool AND b.owner IS NULL)
  )
ORDER BY
  CASE l.state WHEN 'claimed' THEN 1 WHEN 'today' THEN 1 WHEN 'later' THEN 3 ELSE 2 END,
  b.prospect, COALESCE(b.nv_minor, 0) DESC, COALESCE(b.kept_minor, 0) DESC, b.account_id
LIMIT $size
