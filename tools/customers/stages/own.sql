-- People of whom something is known that is not true of the others, once for each stay in an account:
-- there her own facts meet those that the account shares. A deal stays where it was made.
SELECT
  s.contact_id AS contact_id, COALESCE(s.account_id, CONCAT('~', s.contact_id)) AS owner,
  s.from_day AS from_day, s.moved AS moved,
  CASE WHEN s.moved = 1 THEN CONCAT(s.contact_id, '@', CAST(s.from_day AS TEXT))
    ELSE s.contact_id END AS id,
  p.covers AS covers
FROM stage_stays AS s
INNER JOIN (
  SELECT contact_id AS contact_id, MAX(covers) AS covers FROM stage_personal GROUP BY contact_id
) AS p ON p.contact_id = s.contact_id
