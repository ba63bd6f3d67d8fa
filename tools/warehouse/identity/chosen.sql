-- Earlier rules first; then each contact's only claimed account, or the latest of several.
WITH claimed AS (
  SELECT contact_id AS contact_id, MIN(account_id) AS low, MAX(account_id) AS high
  FROM identity_claim
  GROUP BY contact_id
),
ranked AS (
  SELECT
    c.contact_id AS contact_id, c.account_id AS account_id,
    ROW_NUMBER() OVER (
      PARTITION BY c.contact_id
      ORDER BY c.standing DESC, c.known_day DESC, c.occurred_at DESC, c.observed_at DESC,
        c.row_hash DESC, c.account_id
    ) AS n
  FROM identity_claim AS c
  JOIN claimed AS several ON several.contact_id = c.contact_id AND several.low <> several.high
)
SELECT contact_id AS contact_id, account_id AS account_id, rule AS rule FROM identity_owned
UNION ALL
SELECT contact_id AS contact_id, low AS account_id, $rule AS rule FROM claimed WHERE low = high
UNION ALL
SELECT contact_id AS contact_id, account_id AS account_id, $rule AS rule FROM ranked WHERE n = 1
