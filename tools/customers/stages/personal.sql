-- What is known of one person alone, with its first day: use and orders that name her, deals with
-- her, her qualification. covers: days of activity, which run on and merge.
SELECT owner AS owner, contact_id AS contact_id, MIN(first_day) AS day, 1 AS covers
FROM stage_covers
WHERE NOT contact_id IS NULL
GROUP BY owner, contact_id
UNION ALL
SELECT COALESCE(account_id, CONCAT('~', contact_id)) AS owner, contact_id AS contact_id,
  MIN(opened_day) AS day, 0 AS covers
FROM deals
WHERE $row_scope AND $use_deal AND opened_day < $as_of AND NOT contact_id IS NULL
  AND ((state = 'open' AND closed_day IS NULL) OR closed_day > opened_day)
GROUP BY COALESCE(account_id, CONCAT('~', contact_id)), contact_id
UNION ALL
SELECT COALESCE(account_id, CONCAT('~', contact_id)) AS owner, contact_id AS contact_id,
  qualified_day AS day, 0 AS covers
FROM (
  SELECT
    CASE WHEN m.contact_ref IS NULL THEN c.account_id ELSE m.account_id END AS account_id,
    c.contact_id AS contact_id, c.qualified_day AS qualified_day
  FROM contacts AS c
  LEFT JOIN contact_moves AS m
    ON m.contact_ref = c.contact_id
    AND m.from_day <= c.qualified_day AND c.qualified_day < m.to_day
) AS q
WHERE $row_scope AND qualified_day < $as_of
