-- How a company is billed. in_force: paid lines at the newest bill; open: those that state no end.
-- ended: accounts and days on which a line ended up to the newest bill; followed: those with the
-- next bill within $near days. last_day: the last end; last_accounts: who paid until then.
WITH lines AS (
  SELECT
    subscription_id AS subscription_id, MAX(account_id) AS account_id,
    MIN(from_day) AS from_day, MAX(to_day) AS to_day, MIN(end_stated) AS end_stated
  FROM subscription_spans
  WHERE trial = 0 AND minor > 0 AND NOT account_id IS NULL
  GROUP BY subscription_id
),
ended AS (
  SELECT DISTINCT account_id AS account_id, to_day AS day FROM lines WHERE to_day <= $newest_day
),
followed AS (
  SELECT DISTINCT e.account_id AS account_id, e.day AS day
  FROM ended AS e
  JOIN lines AS l
    ON l.account_id = e.account_id AND l.to_day > e.day
    AND l.from_day >= e.day - $near AND l.from_day <= e.day + $near
),
last_end AS (
  SELECT MAX(to_day) AS day FROM lines
)
SELECT
  CAST(SUM(CASE WHEN l.from_day <= $newest_day AND l.to_day > $newest_day THEN 1 ELSE 0 END)
    AS BIGINT) AS in_force,
  CAST(SUM(CASE WHEN l.from_day <= $newest_day AND l.to_day > $newest_day
    THEN 1 - l.end_stated ELSE 0 END) AS BIGINT) AS open,
  (SELECT COUNT(*) FROM ended) AS ended,
  (SELECT COUNT(*) FROM followed) AS followed,
  MAX(e.day) AS last_day,
  CAST(COUNT(DISTINCT CASE WHEN l.to_day = e.day THEN l.account_id END) AS BIGINT) AS last_accounts
FROM lines AS l
CROSS JOIN last_end AS e
