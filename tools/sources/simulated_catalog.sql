-- What the simulated world is made of: dice, places, plans, characters of customers, effects of plays.
-- Every draw is a hash of (entity, purpose, seed), so neither threads nor row order matter.
-- A second hash mixes what the first only combines; tests/sources pins a few values of it.

CREATE MACRO dice(k, purpose) AS hash(hash(k, purpose, getvariable('seed')));
CREATE MACRO u(k, purpose) AS CAST(dice(k, purpose) >> 11 AS DOUBLE) / 9007199254740992.0;
CREATE MACRO quarter(d, n) AS CAST((d >> (16 * n)) & 65535 AS DOUBLE) / 65536.0;
CREATE MACRO bell(k, purpose) AS (quarter(dice(k, purpose), 0) + quarter(dice(k, purpose), 1)
    + quarter(dice(k, purpose), 2) + quarter(dice(k, purpose), 3) - 2) * 1.7320508;
CREATE MACRO sigmoid(x) AS 1 / (1 + exp(-(x)));
CREATE MACRO pick(choices, share) AS choices[1 + CAST(floor(share * len(choices)) AS INTEGER)];
CREATE MACRO month_of(day) AS CAST(year(day) * 12 + month(day) - 1 AS INTEGER);
CREATE MACRO month_day(m, n) AS make_date(m // 12, m % 12 + 1, 1) + CAST(n AS INTEGER);
CREATE MACRO later(day, months) AS CAST(day + to_months(CAST(months AS INTEGER)) AS DATE);

-- offset_text is the standard-time offset that the mail system writes, summer and winter.
CREATE TABLE countries AS SELECT * FROM (VALUES
    (0, 'United States', 'America/New_York', 'en', -300, '-05:00', '+1212555'),
    (1, 'Germany', 'Europe/Berlin', 'de', 60, '+01:00', '+4930555'),
    (2, 'United Kingdom', 'Europe/London', 'en', 0, '+00:00', '+4420555'),
    (3, 'France', 'Europe/Paris', 'fr', 60, '+01:00', '+3317555'),
    (4, 'Canada', 'America/Toronto', 'en', -300, '-05:00', '+1416555'),
    (5, 'India', 'Asia/Kolkata', 'en', 330, '+05:30', '+9122555'),
    (6, 'Australia', 'Australia/Sydney', 'en', 600, '+10:00', '+6128555'),
    (7, 'Brazil', 'America/Sao_Paulo', 'pt', -180, '-03:00', '+5511555')
) t(country_n, country, timezone, language, offset_minutes, offset_text, phone_head);

CREATE TABLE plans AS SELECT * FROM (VALUES
    (1, 'Starter', 0, 4900), (2, 'Team', 9900, 9900),
    (3, 'Business', 49900, 14900), (4, 'Enterprise', 199900, 24900)
) t(plan_n, plan, fee, seat_price);

-- The segments of the truth. quality shifts health; churn, growth and comeback are on the logit scale;
-- keen multiplies use, opens the opening of mail, tight is seats bought for every contact.
CREATE TABLE characters AS SELECT * FROM (VALUES
    ('growing',          0.00, 0.22,  0.35, -0.30,  1.50,  0.0, 1.15, 1.20, 1.00),
    ('steady',           0.22, 0.52,  0.15,  0.00,  0.00,  0.1, 1.00, 1.00, 1.25),
    ('price_sensitive',  0.52, 0.70, -0.05,  0.25, -0.40,  0.6, 0.90, 1.30, 1.10),
    ('struggling',       0.70, 0.85, -0.55,  0.20, -0.60, -0.6, 0.95, 0.90, 1.30),
    ('quiet',            0.85, 1.00,  0.05, -0.50, -1.20, -0.9, 0.35, 0.35, 1.60)
) t(segment, share_from, share_to, quality, churn, growth, comeback, keen, opens, tight);

-- Change of the probability of an outcome, within window_days, when the play is carried out.
-- Negative is harm: people who forgot that they pay leave because somebody called.
CREATE TABLE effects AS SELECT * FROM (VALUES
    ('retention_call', 'renewal', 60, [0.000, 0.020, 0.030, 0.090, -0.060]),
    ('retention_email', 'renewal', 60, [0.000, 0.005, 0.015, -0.010, -0.020]),
    ('success_review', 'renewal', 90, [0.020, 0.025, 0.000, 0.050, -0.040]),
    ('upsell_seats', 'expansion', 60, [0.180, 0.030, 0.010, 0.000, 0.000]),
    ('upsell_seats', 'renewal', 60, [0.000, 0.000, -0.010, -0.050, -0.030]),
    ('upsell_plan', 'expansion', 60, [0.080, 0.040, 0.000, 0.010, 0.000]),
    ('upsell_plan', 'renewal', 60, [0.000, 0.000, -0.030, -0.020, -0.010]),
    ('winback_offer', 'return', 90, [0.060, 0.050, 0.120, 0.010, 0.010]),
    ('winback_email', 'return', 90, [0.020, 0.015, 0.030, 0.000, 0.000]),
    ('acceleration_call', 'conversion', 30, [0.080, 0.050, 0.020, -0.030, -0.050]),
    ('concession_discount', 'renewal', 60, [0.000, 0.010, 0.100, 0.020, 0.000]),
    ('concession_discount', 'conversion', 30, [0.010, 0.020, 0.120, 0.010, 0.010])
) t(play, outcome, window_days, deltas);

-- The same plays on the relative scale, at the levels of published trials: a call prevents about a
-- tenth of the losses of likely leavers, and quiet customers leave more often when called (6 -> 10 %).
-- For renewal the share of the losses that is prevented, below 0 where the play causes them; for the
-- rest the share added to the organic rate.
CREATE TABLE shares AS SELECT * FROM (VALUES
    ('retention_call', 'renewal', 60, [0.00, 0.08, 0.08, 0.14, -0.67]),
    ('retention_email', 'renewal', 60, [0.00, 0.03, 0.05, -0.02, -0.30]),
    ('retention_task', 'renewal', 60, [0.00, 0.02, 0.02, 0.035, -0.17]),
    ('success_review', 'renewal', 90, [0.05, 0.10, 0.00, 0.15, -0.40]),
    ('upsell_seats', 'expansion', 60, [0.60, 0.25, 0.10, 0.00, 0.00]),
    ('upsell_seats', 'renewal', 60, [0.00, 0.00, -0.10, -0.15, -0.30]),
    ('upsell_plan', 'expansion', 60, [0.35, 0.20, 0.05, 0.05, 0.00]),
    ('upsell_plan', 'renewal', 60, [0.00, 0.00, -0.20, -0.10, -0.10]),
    ('winback_offer', 'return', 90, [0.50, 0.40, 0.80, 0.10, 0.10]),
    ('winback_email', 'return', 90, [0.15, 0.10, 0.20, 0.00, 0.00]),
    ('winback_task', 'return', 90, [0.12, 0.10, 0.20, 0.025, 0.025]),
    ('acceleration_call', 'conversion', 30, [0.15, 0.10, 0.05, -0.10, -0.15]),
    ('concession_discount', 'renewal', 60, [0.00, 0.05, 0.30, 0.05, 0.00]),
    ('concession_discount', 'conversion', 30, [0.05, 0.08, 0.30, 0.05, 0.05])
) t(play, outcome, window_days, parts);

-- What the calendar does: use of the product by month, use by weekday (Monday is 1), leaving by month.
CREATE TABLE seasons AS SELECT * FROM (VALUES
    ('use_month', [1.00, 1.02, 1.03, 1.00, 0.98, 0.97, 0.88, 0.80, 1.04, 1.06, 1.03, 0.75]),
    ('use_weekday', [1.05, 1.10, 1.10, 1.05, 0.90, 0.12, 0.08]),
    ('churn_month', [0.30, 0.05, 0.00, 0.05, 0.00, 0.05, 0.00, -0.10, 0.00, 0.00, 0.00, 0.25]),
    ('growth_month', [0.20, 0.10, 0.05, 0.00, 0.00, -0.10, -0.20, -0.30, 0.25, 0.20, 0.05, -0.30])
) t(kind, factors);
CREATE MACRO season(name, position) AS (SELECT factors FROM seasons WHERE kind = name)[position];

CREATE TABLE deeds (account_id VARCHAR, play VARCHAR, day DATE);
