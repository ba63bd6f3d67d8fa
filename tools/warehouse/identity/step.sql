-- One round of connected components (FastSV: Zhang, Azad & Hu 2020): a node offers the lowest
-- label among its neighbours to itself and to its parent, and every node jumps to its
-- grandparent; labels only fall, so the result is the same in whatever order rows arrive.
WITH lowest AS (
  SELECT i.key_text AS key_text, MIN(l.label) AS label
  FROM identity_link AS i
  JOIN identity_label AS l ON l.node = i.node
  GROUP BY i.key_text
),
near AS (
  SELECT i.node AS node, MIN(o.label) AS label
  FROM identity_link AS i
  JOIN lowest AS o ON o.key_text = i.key_text
  GROUP BY i.node
),
offers AS (
  SELECT node AS node, label AS label FROM near
  UNION ALL
  SELECT l.label AS node, n.label AS label
  FROM near AS n
  JOIN identity_label AS l ON l.node = n.node
  UNION ALL
  SELECT l.node AS node, up.label AS label
  FROM identity_label AS l
  JOIN identity_label AS up ON up.node = l.label
)
SELECT node AS node, MIN(label) AS label FROM offers GROUP BY node
