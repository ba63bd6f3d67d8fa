-- What we wrote to them: campaigns with their cost, and what became of every mail.

CREATE TABLE campaigns AS
WITH months AS (
    SELECT m, month_day(m, 0) AS first_day
    FROM unnest(range(CAST(month_of(getvariable('opens')) AS BIGINT),
        CAST(month_of(getvariable('horizon')) + 1 AS BIGINT))) AS t(m)
), kinds AS (
    SELECT * FROM (VALUES
        (1, 'Newsletter', 'email', 1, 9, 0, 40000, 0.90),
        (2, 'Product update', 'email', 2, 16, 0, 30000, 0.85),
        (3, 'Seasonal offer', 'email', 3, 20, 13, 90000, 0.60),
        (4, 'Search ads', 'search', 1, 0, 27, 900000, 0.0),
        (5, 'Webinar', 'webinar', 2, 12, 0, 250000, 0.0),
        (6, 'Trade fair', 'event', 6, 14, 2, 1800000, 0.0)
    ) t(kind, title, channel, every, on_day, lasts, cost_minor, reach)
)
SELECT m * 8 + kind AS k, 'K-' || CAST(m * 8 + kind AS VARCHAR) AS campaign_id, kind,
    title || ' ' || strftime(first_day, '%Y-%m') AS name, channel, reach,
    CAST(round(cost_minor * (0.8 + 0.4 * u(m * 8 + kind, 'cost')) / 100) * 100 AS BIGINT)
        AS cost_minor,
    first_day + CAST(on_day AS INTEGER) AS started,
    first_day + CAST(on_day + lasts AS INTEGER) AS ended
FROM months JOIN kinds ON m % every = every - 1;

CREATE TABLE mails AS
SELECT p.cn, p.n, c.k, c.campaign_id, c.kind, hash(p.cn * 1048576 + c.k) AS mail,
    CAST(c.started AS TIMESTAMP) + to_seconds(25200 + CAST(floor(3600
        * u(p.cn * 1048576 + c.k, 'sent')) AS BIGINT)) AS sent_at,
    c.started AS day, d.open_logit, s.offset_minutes, s.offset_text,
    lower(p.first_name || '.' || p.last_name) || CAST(p.i AS VARCHAR) || '@' || p.domain AS email
FROM people AS p JOIN campaigns AS c ON c.channel = 'email' AND p.created < c.started
    AND c.started < getvariable('until')
JOIN countries AS s USING (country_n)
JOIN (SELECT n, m, -1.25 + 0.55 * health AS open_logit FROM health) AS d
    ON d.n = p.n AND d.m = month_of(c.started)
WHERE NOT p.opted_out AND u(p.cn * 1048576 + c.k, 'reached') < c.reach;

-- Strangers: addresses that a list held and no CRM knows.
CREATE TABLE strangers AS
SELECT c.campaign_id, c.k * 1048576 + j AS mail,
    'guest' || CAST(j AS VARCHAR) || '@' || pick(['mail', 'post', 'inbox'], u(j, 'host'))
        || '.example' AS email,
    CAST(c.started AS TIMESTAMP) + to_seconds(25200 + CAST(floor(3600
        * u(c.k * 1048576 + j, 'stranger')) AS BIGINT)) AS sent_at
FROM campaigns AS c, range(CAST(ceil(getvariable('accounts') * 0.02) AS BIGINT)) AS t(j)
WHERE c.channel = 'email' AND u(c.k * 1048576 + j, 'listed') < 0.5;

CREATE TABLE fates AS
WITH drawn AS (
    SELECT m.*, u(mail, 'bounce') < 0.004 AS bounced,
        u(mail, 'open') < sigmoid(open_logit + ln(c.opens) + CASE WHEN v.decided IS NOT NULL
            AND v.fades THEN -0.9 ELSE 0 END) AS opened,
        u(mail, 'click') < 0.20 AS clicked,
        u(mail, 'leave list') < CASE m.kind WHEN 3 THEN 0.030 ELSE 0.012 END AS unsubscribed,
        CAST(60 + floor(pow(u(mail, 'after'), 3) * 172800) AS BIGINT) AS open_lag
    FROM mails AS m JOIN accounts AS a USING (n) JOIN characters AS c ON c.segment = a.segment
    LEFT JOIN spells AS v ON v.n = m.n AND m.day > v.decided AND m.day < v.ended
), leaving AS (
    SELECT cn, min(sent_at + to_seconds(open_lag + 120)) AS left_at
    FROM drawn WHERE opened AND unsubscribed AND NOT bounced GROUP BY cn
)
SELECT d.* FROM drawn AS d LEFT JOIN leaving AS l USING (cn)
WHERE l.left_at IS NULL OR d.sent_at < l.left_at;

CREATE TABLE email_events AS
WITH each AS (
    SELECT mail, cn, campaign_id, email, offset_minutes, offset_text, 'sent' AS event, sent_at AS moment
    FROM fates
    UNION ALL
    SELECT mail, cn, campaign_id, email, offset_minutes, offset_text,
        CASE WHEN bounced THEN 'bounced' ELSE 'delivered' END, sent_at + to_seconds(20)
    FROM fates WHERE bounced
    UNION ALL
    SELECT mail, cn, campaign_id, email, offset_minutes, offset_text, 'opened',
        sent_at + to_seconds(open_lag) FROM fates WHERE opened AND NOT bounced
    UNION ALL
    SELECT mail, cn, campaign_id, email, offset_minutes, offset_text, 'clicked',
        sent_at + to_seconds(open_lag + 45) FROM fates WHERE opened AND clicked AND NOT bounced
    UNION ALL
    SELECT mail, cn, campaign_id, email, offset_minutes, offset_text, 'unsubscribed',
        sent_at + to_seconds(open_lag + 120) FROM fates
    WHERE opened AND unsubscribed AND NOT bounced
    UNION ALL
    SELECT mail, NULL, campaign_id, email, 60, '+01:00', 'sent', sent_at FROM strangers
    UNION ALL
    SELECT mail, NULL, campaign_id, email, 60, '+01:00', 'opened', sent_at + to_hours(2)
    FROM strangers WHERE u(mail, 'stranger opens') < 0.3
)
SELECT 'M-' || lpad(printf('%x', mail), 16, '0') || '-' || left(event, 1) AS event_id,
    campaign_id, CASE WHEN u(mail, 'shout') < 0.02 THEN upper(email) ELSE email END AS email,
    event, moment, strftime(moment + to_minutes(offset_minutes), '%Y-%m-%dT%H:%M:%S') || offset_text
        AS happened_at, offset_text, cn
FROM each;
