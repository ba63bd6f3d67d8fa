-- All merges so far: those of earlier rules follow their customer to its new id.
SELECT
  m.kind AS kind, m.ref AS ref, COALESCE(j.into_ref, m.id) AS id, m.into_ref AS into_ref,
  m.rule AS rule, m.because AS because, m.known_day AS known_day,
  COALESCE(j.id_day, m.id_day) AS id_day
FROM merges AS m
LEFT JOIN identity_joined AS j ON j.ref = m.id AND m.kind = $kind
UNION ALL
SELECT
  $kind AS kind, ref AS ref, into_ref AS id, into_ref AS into_ref,
  $rule AS rule, because AS because, known_day AS known_day, id_day AS id_day
FROM identity_joined
