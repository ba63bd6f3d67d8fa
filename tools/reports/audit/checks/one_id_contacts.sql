-- One id for which two files say different contacts: the id spaces of two systems, taken for one.
WITH visible AS (
  SELECT
    contact_ref AS ref, SPLIT_PART(SUBSTRING(part, 6), '|', 1) AS file,
    NULLIF(LOWER(TRIM(name)), '') AS name, NULLIF(LOWER(TRIM(email)), '') AS email,
    ROW_NUMBER() OVER (
      PARTITION BY contact_ref, SPLIT_PART(SUBSTRING(part, 6), '|', 1)
      ORDER BY known_day DESC, observed_at DESC, occurred_at DESC, row_hash DESC
    ) AS age
  FROM fact_contacts
  WHERE known_day <= $as_of AND day < $as_of AND NOT part IS NULL AND NOT name IS NULL
),
newest AS (SELECT * FROM visible WHERE age = 1)
SELECT
  CONCAT('contacts: ', a.file, ' and ', b.file) AS subject, a.ref AS example, 1 AS n
FROM newest AS a
JOIN newest AS b ON b.ref = a.ref AND a.file < b.file
WHERE LEFT(a.name, LENGTH(b.name)) <> b.name AND LEFT(b.name, LENGTH(a.name)) <> a.name
  AND COALESCE(a.email <> b.email, TRUE)
