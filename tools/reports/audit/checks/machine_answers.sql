-- Opens and clicks that the source says a program made: a prefetch, a cache or a link scanner.
SELECT
  'messages' AS subject, COALESCE(p.contact_id, f.contact_ref, f.account_ref) AS example,
  COUNT(*) AS n
FROM fact_messages AS f
LEFT JOIN contact_alias AS p ON p.ref = f.contact_ref
WHERE f.known_day <= $as_of AND f.day < $as_of AND f.machine AND f.kind IN ('opened', 'clicked')
GROUP BY COALESCE(p.contact_id, f.contact_ref, f.account_ref)
