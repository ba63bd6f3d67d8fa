-- References to records nobody loaded.
SELECT t.subject AS subject, t.ref AS example, t.n AS n
FROM audit_touch AS t
WHERE t.known = 0 AND t.ref IS NOT NULL AND t.kind IN (SELECT kind AS kind FROM audit_known)
