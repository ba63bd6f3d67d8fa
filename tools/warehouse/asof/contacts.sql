-- One row per person who is not deleted: of each attribute the newest value of a record that
-- stands, the strictest consent. What a merge kept speaks before what it gave up; what a deleted
-- record said ends with it, but for a no.
-- $any: one deleted record is enough; else a person is gone when every record is. A record is
-- overruled by a later word to the contrary of an id space that is ranked higher.
WITH records AS (
  SELECT
    r.*, COALESCE(c.contact_id, r.contact_ref) AS contact_id,
    CASE WHEN COALESCE(r.deleted, FALSE) THEN 1 ELSE 0 END AS gone,
    CASE WHEN r.merged_into IS NULL THEN 1 ELSE 0 END AS kept,
    CASE WHEN r.standing = 'lost' THEN 1 ELSE 0 END AS lost,
    COALESCE(k.place, 1000000) AS rank,
    ROW_NUMBER() OVER (
      PARTITION BY COALESCE(c.contact_id, r.contact_ref)
      ORDER BY CASE WHEN r.merged_into IS NULL THEN 1 ELSE 0 END,
        r.known_day, r.observed_at, r.occurred_at,
        CASE WHEN c.contact_id IS NULL THEN 1 ELSE 0 END, r.contact_ref, r.row_hash
    ) AS position
  FROM contact_records AS r
  LEFT JOIN contact_alias AS c ON c.ref = r.contact_ref
  LEFT JOIN identity_rank AS k ON k.space = SPLIT_PART(r.contact_ref, ':', 1)
),
overruled AS (
  SELECT DISTINCT r.contact_ref AS contact_ref
  FROM records AS r
  JOIN records AS o
    ON o.contact_id = r.contact_id AND o.rank < r.rank AND o.position > r.position
    AND o.gone <> r.gone AND o.kept = 1
  WHERE r.kept = 1
),
voices AS (
  SELECT
    r.*,
    CASE WHEN r.gone = 1 AND r.kept = 1 THEN NULL ELSE r.position END AS voice,
    CASE WHEN r.kept = 1 AND o.contact_ref IS NULL THEN r.gone END AS word
  FROM records AS r
  LEFT JOIN overruled AS o ON o.contact_ref = r.contact_ref
),
merged AS (
  SELECT
    contact_id AS contact_id,
    ARG_MAX(email, CASE WHEN NOT email IS NULL THEN voice END) AS email,
    ARG_MAX(name, CASE WHEN NOT name IS NULL THEN voice END) AS name,
    ARG_MAX(phone, CASE WHEN NOT phone IS NULL THEN voice END) AS phone,
    ARG_MAX(country, CASE WHEN NOT country IS NULL THEN voice END) AS country,
    ARG_MAX(timezone, CASE WHEN NOT timezone IS NULL THEN voice END) AS timezone,
    ARG_MAX(language, CASE WHEN NOT language IS NULL THEN voice END) AS language,
    ARG_MAX(owner, CASE WHEN NOT owner IS NULL THEN voice END) AS owner,
    ARG_MAX(acquisition, CASE WHEN NOT acquisition IS NULL THEN voice END) AS acquisition,
    MIN(CASE WHEN NOT email_consent THEN 0 WHEN email_consent AND NOT voice IS NULL THEN 1 END)
      AS email_consent,
    MIN(CASE WHEN NOT phone_consent THEN 0 WHEN phone_consent AND NOT voice IS NULL THEN 1 END)
      AS phone_consent,
    MAX(lost) AS lost,
    MIN(CASE WHEN qualified_day < $as_of THEN qualified_day END) AS qualified_day,
    MIN(first_day) AS created_day,
    COALESCE(CASE WHEN $any THEN MAX(word) ELSE MIN(word) END, MIN(gone)) AS deleted
  FROM voices
  GROUP BY contact_id
)
SELECT
  m.contact_id AS contact_id, l.account_id AS account_id, m.email AS email, m.name AS name,
  m.phone AS phone, m.country AS country, m.timezone AS timezone, m.language AS language,
  m.owner AS owner, m.acquisition AS acquisition,
  -- A truncated export cannot vouch for who is not in it.
  CASE WHEN m.lost = 0 OR m.email_consent = 0 THEN m.email_consent = 1 END AS email_consent,
  CASE WHEN m.lost = 0 OR m.phone_consent = 0 THEN m.phone_consent = 1 END AS phone_consent,
  m.qualified_day AS qualified_day, m.created_day AS created_day
FROM merged AS m
LEFT JOIN contact_account AS l ON l.contact_id = m.contact_id
WHERE m.deleted = 0
