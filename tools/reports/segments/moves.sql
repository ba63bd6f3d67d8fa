-- Every account's segment on the morning of $first_day and now; `none` is no segment, NULL is an
-- account that was not known then, or is not known by that name any more.
SELECT
    COALESCE(n.account_id, h.account_id) AS account_id,
    h.segment AS from_segment, n.segment AS to_segment
FROM (
    SELECT DISTINCT account_id AS account_id, COALESCE(segment, 'none') AS segment
    FROM segment_history
    WHERE day = $first_day
) AS h
FULL OUTER JOIN (
    SELECT account_id AS account_id, COALESCE(segment, 'none') AS segment FROM segments
) AS n ON n.account_id = h.account_id
