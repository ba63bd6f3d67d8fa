-- Keys that may join nobody, for a person to look at.
SELECT
  kind AS kind, rule AS rule, key_text AS key_text, reason AS reason, refs AS refs,
  names AS names, example AS example
FROM refusals
UNION ALL
SELECT
  $kind AS kind, $rule AS rule, key_text AS key_text, reason AS reason, refs AS refs,
  names AS names, example AS example
FROM identity_key
WHERE reason IS NOT NULL
