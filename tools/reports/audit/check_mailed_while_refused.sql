-- Mails sent on or after the morning we knew that the person refuses mail. A refusal holds from
-- the first state that says so after the last that allowed it; any record's refusal counts.
WITH word AS (
  SELECT
    f.contact_ref AS ref, f.email_consent AS may, f.known_day AS known_day,
    MAX(CASE WHEN f.email_consent THEN f.known_day END) OVER (PARTITION BY f.contact_ref) AS allowed
  FROM fact_contacts AS f
  WHERE f.known_day <= $as_of AND f.day < $as_of
),
refused AS (
  SELECT COALESCE(p.contact_id, w.ref) AS contact_id, MIN(w.known_day) AS since
  FROM word AS w
  LEFT JOIN contact_alias AS p ON p.ref = w.ref
  WHERE NOT w.may AND w.known_day > COALESCE(w.allowed, -1)
  GROUP BY COALESCE(p.contact_id, w.ref)
)
SELECT 'messages' AS subject, m.contact_id AS example, CAST(SUM(m.n) AS BIGINT) AS n
FROM audit_mailed AS m
JOIN refused AS r ON r.contact_id = m.contact_id AND m.day >= r.since
GROUP BY m.contact_id
