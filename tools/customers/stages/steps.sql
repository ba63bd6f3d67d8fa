-- Every day on which a stage fact of somebody can change, one row per change, but for those that
-- come in spells. A qualification belongs to the account of its day.
-- owner: the account, or ~contact for a person without one. contact_id: set when the change is
-- this person's alone. change: +1 begins, -1 ends (windows count from here), 0 only marks a day.
WITH open_deals AS (
  SELECT DISTINCT
    deal_id AS deal_id, COALESCE(account_id, CONCAT('~', contact_id)) AS owner,
    contact_id AS contact_id, opened_day AS opened_day, COALESCE(closed_day, $never) AS closed_day
  FROM deals
  WHERE $row_scope AND $use_deal AND opened_day < $as_of
    AND ((state = 'open' AND closed_day IS NULL) OR closed_day > opened_day)
    AND NOT (account_id IS NULL AND contact_id IS NULL)
),
customer_days AS (
  SELECT id AS owner, first_day AS first_day, end_day AS end_day
  FROM stage_spells WHERE kind = 'whole' AND fact = 'paid' AND $customer = 'paid'
  UNION ALL
  SELECT owner AS owner, first_day AS first_day, end_day AS end_day
  FROM stage_covers WHERE fact = $customer AND NOT $customer = 'paid'
),
new_deals AS (
  SELECT
    d.owner AS owner, d.contact_id AS contact_id, d.deal_id AS deal_id,
    d.opened_day AS opened_day,
    LEAST(
      MAX(d.closed_day),
      COALESCE(MIN(CASE WHEN c.first_day > d.opened_day THEN c.first_day END), $never)
    ) AS closed_day
  FROM open_deals AS d
  LEFT JOIN customer_days AS c ON c.owner = d.owner
  GROUP BY d.owner, d.contact_id, d.deal_id, d.opened_day
  HAVING MAX(CASE WHEN $customer = 'paid' AND c.first_day <= d.opened_day
    AND d.opened_day < c.end_day THEN 1 ELSE 0 END) = 0
),
moments AS (
  SELECT account_id AS owner, CAST(NULL AS TEXT) AS contact_id, cause AS fact,
    from_day AS day, 1 AS change, 0 AS notice
  FROM stage_flags
  UNION ALL
  SELECT account_id AS owner, CAST(NULL AS TEXT) AS contact_id, cause AS fact,
    to_day AS day, -1 AS change, 0 AS notice
  FROM stage_flags
  UNION ALL
  SELECT owner AS owner, contact_id AS contact_id, 'deal' AS fact,
    opened_day AS day, 1 AS change, 0 AS notice
  FROM open_deals
  UNION ALL
  SELECT owner AS owner, contact_id AS contact_id, 'deal' AS fact,
    closed_day AS day, -1 AS change, 0 AS notice
  FROM open_deals
  UNION ALL
  SELECT owner AS owner, contact_id AS contact_id, 'new_deal' AS fact,
    opened_day AS day, 1 AS change, 0 AS notice
  FROM new_deals
  UNION ALL
  SELECT owner AS owner, contact_id AS contact_id, 'new_deal' AS fact,
    closed_day AS day, -1 AS change, 0 AS notice
  FROM new_deals
  UNION ALL
  SELECT COALESCE(account_id, CONCAT('~', contact_id)) AS owner, contact_id AS contact_id,
    'qualified' AS fact, qualified_day AS day, -1 AS change, 0 AS notice
  FROM (
    SELECT
      CASE WHEN m.contact_ref IS NULL THEN c.account_id ELSE m.account_id END AS account_id,
      c.contact_id AS contact_id, c.qualified_day AS qualified_day
    FROM contacts AS c
    LEFT JOIN contact_moves AS m
      ON m.contact_ref = c.contact_id
      AND m.from_day <= c.qualified_day AND c.qualified_day < m.to_day
  ) AS q
  WHERE $row_scope AND NOT qualified_day IS NULL
  UNION ALL
  SELECT account_id AS owner, CAST(NULL AS TEXT) AS contact_id, 'created' AS fact,
    created_day AS day, 0 AS change, 0 AS notice
  FROM accounts
  WHERE $account_scope AND NOT created_day IS NULL
)
SELECT owner AS owner, contact_id AS contact_id, fact AS fact, day AS day,
  change AS change, notice AS notice
FROM moments
WHERE day < $as_of
