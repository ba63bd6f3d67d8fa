-- Messages of `reported_mail` to each person and account of `reached`, by channel and day. A message
-- is to a person when it went to them or to their address. A mailing that many people of an account
-- get on one day is one contact with the account.
WITH hit AS (
  SELECT r.account_id AS account_id, r.contact_id AS contact_id, f.message_key AS message_key,
    f.reader AS reader, f.channel AS channel, f.day AS day, 0 AS theirs
  FROM reached AS r
  JOIN reported_mail AS f ON f.account_id = r.account_id
  UNION ALL
  SELECT r.account_id AS account_id, r.contact_id AS contact_id, f.message_key AS message_key,
    f.reader AS reader, f.channel AS channel, f.day AS day, 1 AS theirs
  FROM reached AS r
  JOIN reported_mail AS f ON f.contact_id = r.contact_id
  UNION ALL
  SELECT r.account_id AS account_id, r.contact_id AS contact_id, f.message_key AS message_key,
    f.reader AS reader, f.channel AS channel, f.day AS day, 1 AS theirs
  FROM reached AS r
  JOIN reported_mail AS f ON f.address = r.email_key
  UNION ALL
  SELECT r.account_id AS account_id, r.contact_id AS contact_id, f.message_key AS message_key,
    f.reader AS reader, f.channel AS channel, f.day AS day, 1 AS theirs
  FROM reached AS r
  JOIN reported_mail AS f ON f.address = r.phone_key
),
each_mail AS (
  SELECT
    account_id AS account_id, contact_id AS contact_id, message_key AS message_key,
    reader AS reader, channel AS channel, day AS day, MAX(theirs) AS theirs
  FROM hit
  GROUP BY account_id, contact_id, message_key, reader, channel, day
),
by_reader AS (
  SELECT
    account_id AS account_id, contact_id AS contact_id, reader AS reader, channel AS channel,
    day AS day, SUM(theirs) AS theirs, COUNT(*) AS mails
  FROM each_mail
  GROUP BY account_id, contact_id, reader, channel, day
)
SELECT
  account_id AS account_id, contact_id AS contact_id, channel AS channel, day AS day,
  CAST(SUM(theirs) AS BIGINT) AS to_person, CAST(MAX(mails) AS BIGINT) AS to_account
FROM by_reader
GROUP BY account_id, contact_id, channel, day
ORDER BY account_id, contact_id, day, channel
