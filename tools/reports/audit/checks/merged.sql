-- Records joined to an older one, by rule.
SELECT rule AS subject, CONCAT(ref, ' → ', id) AS example, 1 AS n FROM merges WHERE kind = $kind
