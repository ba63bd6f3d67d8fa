-- Rows whose customer or campaign we do not know, or that name none though others do.
SELECT t.subject AS subject, t.ref AS example, t.n AS n
FROM audit_touch AS t
WHERE t.known = 0 AND t.tbl NOT IN ('contacts')
  AND t.kind IN (SELECT kind AS kind FROM audit_known)
  AND t.subject IN (SELECT subject AS subject FROM audit_touch WHERE ref IS NOT NULL)
