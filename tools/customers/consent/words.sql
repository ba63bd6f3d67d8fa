-- Every word that stands for or against reaching a person, by whom it is about: a person, a folded
-- e-mail address or a folded number. One word is about the person of the record that said it and
-- about every address that record ever had. `day` is NULL where nobody knows it.
-- bounced: so many hard bounces; or so many soft ones within some days, nothing having arrived since
-- the first of them; such soft ones do not last, a later mail takes them back. agreed: a word of its own with a day; a yes that only stands in a record is none.
WITH spoken AS (
  SELECT
    m.message_key AS message_key, m.contact_ref AS ref, m.source AS source, m.kind AS kind,
    m.channel AS channel, m.bounce AS bounce, m.day AS day, m.occurred_at AS occurred_at,
    CASE WHEN STRPOS(m.email, '@') > 0 THEN 'email' ELSE 'phone' END AS holder_kind,
    CASE WHEN STRPOS(m.email, '@') > 0 THEN $email_key ELSE $phone_key END AS address
  FROM (
    SELECT
      message_key, contact_ref, source, kind, bounce, day, occurred_at,
      CASE WHEN kind = 'subscribed' AND channel IS NULL THEN 'email' ELSE $channel_name END
        AS channel,
      address AS email, address AS phone
    FROM fact_messages
    WHERE day < $as_of AND known_day <= $as_of
      AND kind IN ('unsubscribed', 'complained', 'subscribed', 'bounced')
  ) AS m
),
speaker AS (
  SELECT contact_ref AS ref FROM fact_contacts
  WHERE day < $as_of AND known_day <= $as_of AND (
    NOT email_consent OR NOT phone_consent OR deleted
    OR NOT email_consent_day IS NULL OR NOT phone_consent_day IS NULL
  )
  UNION
  SELECT ref AS ref FROM spoken WHERE NOT ref IS NULL
),
version AS (
  SELECT
    f.contact_ref AS ref, f.source AS source, f.merged_into AS merged_into,
    f.email_consent AS email_consent, f.phone_consent AS phone_consent,
    CASE WHEN f.email_consent_day < $as_of THEN f.email_consent_day END AS email_day,
    CASE WHEN f.phone_consent_day < $as_of THEN f.phone_consent_day END AS phone_day,
    CASE WHEN f.deleted THEN 1 ELSE 0 END AS deleted,
    f.day AS day, GREATEST(f.day, f.known_day - 1) AS seen_day, f.known_day AS known_day,
    f.observed_at AS observed_at, f.occurred_at AS occurred_at, f.row_hash AS row_hash,
    $email_key AS email_key, $phone_key AS phone_key
  FROM fact_contacts AS f
  JOIN speaker AS s ON s.ref = f.contact_ref
  WHERE f.day < $as_of AND f.known_day <= $as_of
),
held AS (
  SELECT
    ref AS ref, holder_kind AS holder_kind, address AS address, MIN(seen_day) AS seen_day,
    MIN(MIN(seen_day)) OVER (PARTITION BY ref, holder_kind) AS first_day
  FROM (
    SELECT ref, 'email' AS holder_kind, email_key AS address, seen_day FROM version
    UNION ALL
    SELECT ref, 'phone' AS holder_kind, phone_key AS address, seen_day FROM version
  ) AS every_one
  WHERE NOT address IS NULL
  GROUP BY ref, holder_kind, address
),
field AS (
  SELECT
    e.*,
    ROW_NUMBER() OVER (
      PARTITION BY ref, channel
      ORDER BY known_day, observed_at, occurred_at, CASE WHEN may THEN 0 ELSE 1 END, row_hash
    ) AS n
  FROM (
    SELECT
      ref, source, 'email' AS channel, email_consent AS may, email_day AS own_day, day, seen_day,
      known_day, observed_at, occurred_at, row_hash
    FROM version WHERE NOT email_consent IS NULL
    UNION ALL
    SELECT
      ref, source, 'call' AS channel, phone_consent AS may, phone_day AS own_day, day, seen_day,
      known_day, observed_at, occurred_at, row_hash
    FROM version WHERE NOT phone_consent IS NULL
  ) AS e
),
turned AS (
  SELECT
    f.*,
    LAG(may) OVER (PARTITION BY ref, channel ORDER BY n) AS before,
    LAG(own_day) OVER (PARTITION BY ref, channel ORDER BY n) AS own_before,
    MAX(n) OVER (PARTITION BY ref, channel) AS newest
  FROM field AS f
),
stretch AS (
  SELECT
    ref AS ref, channel AS channel,
    MAX(CASE WHEN before IS NULL OR before <> may THEN n END) AS n
  FROM turned
  GROUP BY ref, channel
),
stand AS (
  SELECT
    t.ref AS ref, t.channel AS channel, MAX(t.source) AS source,
    MAX(CASE WHEN t.may THEN 1 ELSE 0 END) AS may,
    MAX(CASE WHEN t.n = s.n AND NOT t.before IS NULL THEN 1 ELSE 0 END) AS turned,
    MAX(CASE WHEN t.n = s.n THEN t.seen_day END) AS seen_day,
    MAX(CASE WHEN t.n = s.n AND t.day > 0 THEN t.day END) AS day,
    MAX(CASE WHEN t.own_day > COALESCE(CASE WHEN t.n = s.n THEN t.own_before END, 0)
      THEN t.own_day END) AS own_day
  FROM turned AS t
  JOIN stretch AS s ON s.ref = t.ref AND s.channel = t.channel AND t.n >= s.n
  GROUP BY t.ref, t.channel
),
latest AS (
  SELECT
    v.*,
    ROW_NUMBER() OVER (
      PARTITION BY ref
      ORDER BY known_day DESC, observed_at DESC, occurred_at DESC, deleted DESC, row_hash DESC
    ) AS age,
    MAX(merged_into) OVER (PARTITION BY ref) AS into_ref
  FROM version AS v
),
gone AS (
  SELECT ref AS ref, source AS source, seen_day AS day
  FROM latest
  WHERE age = 1 AND deleted = 1 AND into_ref IS NULL
),
bounced AS (
  SELECT m.address AS address, m.day AS day, m.message_key AS message_key, m.ref AS ref,
    m.source AS source, m.occurred_at AS occurred_at, COALESCE(m.bounce, 'soft') AS bounce
  FROM spoken AS m
  WHERE m.kind = 'bounced' AND NOT m.address IS NULL AND m.holder_kind = 'email'
  UNION ALL
  SELECT h.address AS address, m.day AS day, m.message_key AS message_key, m.ref AS ref,
    m.source AS source, m.occurred_at AS occurred_at, COALESCE(m.bounce, 'soft') AS bounce
  FROM spoken AS m
  JOIN held AS h ON h.ref = m.ref AND h.holder_kind = 'email'
    AND (h.seen_day <= m.day OR h.seen_day = h.first_day)
  WHERE m.kind = 'bounced' AND m.address IS NULL AND m.channel IN ('email', 'meeting', '*')
),
counted AS (
  SELECT
    b.*,
    COUNT(*) OVER (PARTITION BY address, bounce) AS times,
    LAG(day, $soft_back) OVER (
      PARTITION BY address, bounce ORDER BY day, occurred_at, message_key, ref
    ) AS since_day
  FROM bounced AS b
),
troubled AS (
  SELECT
    address AS address, MAX(since_day) AS since_day, MAX(day) AS day, MIN(ref) AS ref,
    MIN(source) AS source
  FROM counted
  WHERE bounce <> 'hard' AND day - since_day < $soft_days
  GROUP BY address
),
arrived AS (
  SELECT address AS address, MAX(day) AS day
  FROM (
    SELECT t.address AS address, m.day AS day
    FROM fact_messages AS m
    JOIN held AS h ON h.ref = m.contact_ref AND h.holder_kind = 'email'
    JOIN troubled AS t ON t.address = h.address
    WHERE m.day < $as_of AND m.known_day <= $as_of AND m.address IS NULL AND (
      m.kind = 'delivered' OR m.kind IN ('opened', 'clicked') AND NOT COALESCE(m.machine, FALSE)
    )
    UNION ALL
    SELECT t.address AS address, m.day AS day
    FROM (
      SELECT day, address AS email FROM fact_messages
      WHERE day < $as_of AND known_day <= $as_of AND NOT address IS NULL AND (
        kind = 'delivered' OR kind IN ('opened', 'clicked') AND NOT COALESCE(machine, FALSE)
      )
    ) AS m
    JOIN troubled AS t ON t.address = $email_key
  ) AS each_mail
  GROUP BY address
),
dead AS (
  SELECT
    address AS address, MIN(day) AS day, MIN(ref) AS ref, MIN(source) AS source,
    1 AS lasts
  FROM counted
  WHERE bounce = 'hard' AND times >= $hard
  GROUP BY address
  UNION ALL
  SELECT t.address AS address, t.day AS day, t.ref AS ref, t.source AS source, 0 AS lasts
  FROM troubled AS t
  LEFT JOIN arrived AS a ON a.address = t.address
  WHERE COALESCE(a.day, -1) <= t.since_day
),
word AS (
  SELECT
    ref AS ref, source AS source, channel AS channel,
    CASE WHEN kind = 'subscribed' THEN 'agreed' ELSE kind END AS cause,
    CASE WHEN day > 0 THEN day END AS day, occurred_at AS occurred_at
  FROM spoken
  WHERE kind <> 'bounced' AND NOT ref IS NULL
  UNION ALL
  SELECT
    s.ref AS ref, s.source AS source, s.channel AS channel, 'refused' AS cause,
    COALESCE(s.own_day, CASE WHEN s.turned = 1 THEN s.seen_day END) AS day,
    CAST(NULL AS BIGINT) AS occurred_at
  FROM stand AS s
  WHERE s.may = 0
  UNION ALL
  SELECT
    s.ref AS ref, s.source AS source, s.channel AS channel, 'agreed' AS cause,
    COALESCE(s.own_day, s.day) AS day, CAST(NULL AS BIGINT) AS occurred_at
  FROM stand AS s
  LEFT JOIN gone AS g ON g.ref = s.ref
  WHERE s.may = 1 AND (NOT s.own_day IS NULL OR s.turned = 1) AND g.ref IS NULL
  UNION ALL
  SELECT
    ref AS ref, source AS source, '*' AS channel, 'deleted' AS cause,
    CASE WHEN day > 0 THEN day END AS day, CAST(NULL AS BIGINT) AS occurred_at
  FROM gone
),
said AS (
  SELECT
    'person' AS holder_kind, COALESCE(p.contact_id, w.ref) AS holder, w.channel AS channel,
    w.cause AS cause, w.day AS day, w.occurred_at AS occurred_at, w.ref AS ref,
    w.source AS source, 1 AS lasts
  FROM word AS w
  LEFT JOIN contact_alias AS p ON p.ref = w.ref
  UNION ALL
  SELECT
    h.holder_kind AS holder_kind, h.address AS holder, w.channel AS channel, w.cause AS cause,
    w.day AS day, w.occurred_at AS occurred_at, w.ref AS ref, w.source AS source, 1 AS lasts
  FROM word AS w
  JOIN held AS h ON h.ref = w.ref
  UNION ALL
  SELECT
    holder_kind AS holder_kind, address AS holder, channel AS channel,
    CASE WHEN kind = 'subscribed' THEN 'agreed' ELSE kind END AS cause,
    CASE WHEN day > 0 THEN day END AS day, occurred_at AS occurred_at, ref AS ref,
    source AS source, 1 AS lasts
  FROM spoken
  WHERE kind <> 'bounced' AND NOT address IS NULL
  UNION ALL
  SELECT
    'email' AS holder_kind, address AS holder, 'email' AS channel, 'bounced' AS cause,
    day AS day, CAST(NULL AS BIGINT) AS occurred_at, ref AS ref, source AS source, lasts AS lasts
  FROM dead
)
SELECT DISTINCT
  holder_kind AS holder_kind, holder AS holder, channel AS channel, cause AS cause, day AS day,
  occurred_at AS occurred_at, ref AS ref, source AS source,
  lasts AS lasts
FROM said
WHERE cause <> 'agreed' OR NOT day IS NULL
