-- When somebody of ours last reached each account: what we sent, a mail, a deal that moved.
WITH mailed AS (
  SELECT
    account_id AS account_id, day AS day, COALESCE(name, channel, 'mail') AS what,
    ROW_NUMBER() OVER (
      PARTITION BY account_id ORDER BY day DESC, COALESCE(name, channel, 'mail'), message_key
    ) AS place
  FROM messages
  WHERE kind = 'sent' AND day >= $as_of - 180 AND NOT account_id IS NULL
),
touched AS (
  SELECT
    account_id AS account_id, day AS day, 1 AS kind_place, 'sent' AS kind, play AS what,
    CAST(NULL AS TEXT) AS who
  FROM account_sent
  WHERE day < $as_of
  UNION ALL
  SELECT
    account_id AS account_id, COALESCE(closed_day, day) AS day, 2 AS kind_place, 'deal' AS kind,
    COALESCE(name, 'a deal') AS what, owner AS who
  FROM deals
  WHERE NOT account_id IS NULL AND COALESCE(closed_day, day) >= $as_of - 180
  UNION ALL
  SELECT
    account_id AS account_id, day AS day, 3 AS kind_place, 'mail' AS kind, what AS what,
    CAST(NULL AS TEXT) AS who
  FROM mailed
  WHERE place = 1
),
ranked AS (
  SELECT
    t.*, ROW_NUMBER() OVER (
      PARTITION BY t.account_id ORDER BY t.day DESC, t.kind_place, t.what, t.who
    ) AS place
  FROM touched AS t
)
SELECT
  account_id AS account_id, CAST(day AS INT) AS touch_day, kind AS touch_kind, what AS touch_what,
  who AS touch_who
FROM ranked
WHERE place = 1
