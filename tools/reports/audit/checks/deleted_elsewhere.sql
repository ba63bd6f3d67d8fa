-- People who are gone because one system deleted them, while another still holds them.
SELECT
  CONCAT('contacts: ', SPLIT_PART(s.ref, ':', 1)) AS subject, s.contact_id AS example, 1 AS n
FROM audit_contact_state AS s
JOIN audit_contact_state AS o
  ON o.contact_id = s.contact_id AND o.deleted = 0 AND o.merged_into IS NULL
LEFT JOIN audit_contact AS c ON c.contact_id = s.contact_id
WHERE s.deleted = 1 AND s.merged_into IS NULL AND c.contact_id IS NULL
