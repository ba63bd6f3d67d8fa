-- Where a contact's record belonged from when to when, of those only that have changed account.
-- The first account known reaches back to the beginning, a later one holds from the day its version
-- says it changed (later than every day told before), or else from the morning it was known; records
-- that were joined each keep the account they had until then. account_id NULL: the account was
-- emptied, and identity knows none. Days are facts' days, to_day exclusive.
WITH named AS (
  SELECT
    f.contact_ref AS ref, COALESCE(c.contact_id, f.contact_ref) AS contact_id,
    COALESCE(a.account_id, f.account_ref) AS named, d.account_id AS by_domain,
    o.account_id AS owner,
    CASE WHEN f.merged_into IS NULL THEN 1 ELSE 0 END AS standing,
    f.day AS day, f.known_day AS known_day, f.occurred_at AS occurred_at,
    f.observed_at AS observed_at, f.row_hash AS row_hash
  FROM fact_contacts AS f
  LEFT JOIN contact_alias AS c ON c.ref = f.contact_ref
  LEFT JOIN account_alias AS a ON a.ref = f.account_ref
  LEFT JOIN contact_account AS o ON o.contact_id = COALESCE(c.contact_id, f.contact_ref)
  LEFT JOIN identity_domain AS d
    ON f.account_ref IS NULL AND d.accounts = 1
    AND d.domain = SPLIT_PART(LOWER(TRIM(f.email)), '@', 2)
  WHERE f.known_day <= $as_of AND f.day < $as_of
),
wanderers AS (
  SELECT contact_id AS contact_id, CASE WHEN MAX(named) IS NULL THEN 0 ELSE 1 END AS by_name,
    MAX(owner) AS owner
  FROM named
  GROUP BY contact_id
  HAVING MIN(named) <> MAX(named) OR (MAX(named) IS NULL AND MIN(by_domain) <> MAX(by_domain))
    OR (MAX(owner) IS NULL AND NOT MAX(named) IS NULL)
),
versions AS (
  SELECT
    n.ref AS ref, n.contact_id AS contact_id, n.standing AS standing, n.day AS day,
    n.known_day AS known_day, n.occurred_at AS occurred_at, n.observed_at AS observed_at,
    n.row_hash AS row_hash,
    CASE WHEN w.by_name = 1 THEN n.named ELSE n.by_domain END AS account_id,
    MAX(n.day) OVER earlier AS day_before,
    CASE WHEN w.owner IS NULL AND n.named IS NULL THEN MAX(n.named) OVER earlier END AS emptied
  FROM named AS n
  JOIN wanderers AS w ON w.contact_id = n.contact_id
  WINDOW earlier AS (
    PARTITION BY n.ref ORDER BY n.known_day, n.occurred_at, n.observed_at, n.row_hash
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
),
claims AS (
  SELECT
    ref AS ref, contact_id AS contact_id, account_id AS account_id,
    CASE WHEN day > 0 AND day > COALESCE(day_before, 0) THEN day ELSE known_day END AS from_day,
    ROW_NUMBER() OVER (
      PARTITION BY contact_id
      ORDER BY standing, known_day, occurred_at, observed_at, row_hash, account_id DESC
    ) AS place
  FROM versions
  WHERE NOT account_id IS NULL OR NOT emptied IS NULL
),
records AS (
  SELECT ref AS ref, contact_id AS contact_id FROM versions
  UNION
  SELECT c.ref AS ref, c.contact_id AS contact_id
  FROM contact_alias AS c
  JOIN wanderers AS w ON w.contact_id = c.contact_id
  UNION
  SELECT contact_id AS ref, contact_id AS contact_id FROM wanderers
),
joined AS (
  SELECT ref AS ref, MIN(day) AS day
  FROM (
    SELECT ref AS ref, known_day AS day FROM merges WHERE kind = 'contact'
    UNION ALL
    SELECT id AS ref, known_day AS day FROM merges WHERE kind = 'contact'
  ) AS both_sides
  GROUP BY ref
),
heard AS (
  SELECT
    r.ref AS ref, r.contact_id AS contact_id, c.place AS place,
    CASE WHEN c.ref = r.ref THEN c.from_day
      ELSE GREATEST(c.from_day, COALESCE(own.day, 0), COALESCE(other.day, 0)) END AS from_day
  FROM records AS r
  JOIN claims AS c ON c.contact_id = r.contact_id
  LEFT JOIN joined AS own ON own.ref = r.ref
  LEFT JOIN joined AS other ON other.ref = c.ref
),
latest AS (
  SELECT
    ref AS ref, contact_id AS contact_id, from_day AS from_day,
    MAX(MAX(place)) OVER (PARTITION BY ref ORDER BY from_day) AS place
  FROM heard
  GROUP BY ref, contact_id, from_day
),
steps AS (
  SELECT
    l.ref AS ref, l.contact_id AS contact_id, l.from_day AS from_day, c.account_id AS account_id,
    LAG(c.account_id) OVER (PARTITION BY l.ref ORDER BY l.from_day) AS account_before,
    ROW_NUMBER() OVER (PARTITION BY l.ref ORDER BY l.from_day) AS turn
  FROM latest AS l
  JOIN claims AS c ON c.contact_id = l.contact_id AND c.place = l.place
),
intervals AS (
  SELECT
    ref AS ref, contact_id AS contact_id, account_id AS account_id,
    CASE WHEN turn = 1 THEN 0 ELSE from_day END AS from_day,
    LEAD(from_day) OVER (PARTITION BY ref ORDER BY from_day) AS to_day,
    COUNT(*) OVER (PARTITION BY ref) AS homes
  FROM steps
  WHERE turn = 1 OR COALESCE(account_before, '') <> COALESCE(account_id, '')
),
-- Whoever ends up elsewhere than identity says today is left to identity, for all days.
agreed AS (
  SELECT i.ref AS ref
  FROM intervals AS i
  LEFT JOIN contact_account AS o ON o.contact_id = i.contact_id
  WHERE i.to_day IS NULL AND i.homes > 1
    AND COALESCE(o.account_id, '') = COALESCE(i.account_id, '')
)
SELECT
  i.ref AS contact_ref, i.account_id AS account_id,
  CAST(i.from_day AS INT) AS from_day, CAST(COALESCE(i.to_day, 4000000) AS INT) AS to_day
FROM intervals AS i
JOIN agreed AS g ON g.ref = i.ref
