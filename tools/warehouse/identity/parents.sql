-- Hosts of addresses that no account has, with each domain above them that one has; the nearest
-- comes first.
WITH hosts AS (
  SELECT DISTINCT $host AS host
  FROM contact_records AS c
  WHERE NOT c.email IS NULL AND c.account_ref IS NULL
),
lone AS (
  SELECT h.host AS host, SUBSTRING(h.host, STRPOS(h.host, '.') + 1) AS up1
  FROM hosts AS h
  LEFT JOIN identity_domain AS d ON d.domain = h.host
  WHERE d.domain IS NULL AND h.host LIKE '%_._%._%'
),
above AS (
  SELECT host AS host, up1 AS domain, 1 AS steps FROM lone
  UNION ALL
  SELECT host AS host, SUBSTRING(up1, STRPOS(up1, '.') + 1) AS domain, 2 AS steps
  FROM lone WHERE up1 LIKE '%_._%._%'
)
SELECT a.host AS host, a.domain AS domain
FROM above AS a
JOIN identity_domain AS d ON d.domain = a.domain
ORDER BY a.host, a.steps
