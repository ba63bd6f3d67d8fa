-- The graph: which customer holds which accepted key, since when.
SELECT n.node AS node, h.key_text AS key_text, MIN(h.key_day) AS key_day
FROM identity_held AS h
JOIN identity_key AS k ON k.key_text = h.key_text
JOIN identity_node AS n ON n.root = h.root
WHERE k.reason IS NULL
GROUP BY n.node, h.key_text
