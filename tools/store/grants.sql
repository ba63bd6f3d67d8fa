-- PostgreSQL: what the role of the service may do. The owner of the tables runs the migrations
-- and this file after each of them: psql -v app=lifecycle_app -f grants.sql
-- The service reads and adds; what is kept for ever it can neither change, delete nor truncate,
-- and it owns no table, so that it drops no trigger.
GRANT USAGE ON SCHEMA public TO :app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :app;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO :app;
REVOKE TRUNCATE, TRIGGER, REFERENCES ON ALL TABLES IN SCHEMA public FROM :app;
REVOKE UPDATE, DELETE ON audit, erased_key, pause, send, suppression FROM :app;
-- An erasure takes a person out of these columns, and out of no other.
GRANT UPDATE (account_id, contact_id) ON send TO :app;
GRANT UPDATE (reason) ON pause, suppression TO :app;
REVOKE DELETE ON action, attempt, decision, erasure, holdout, proposal, revision FROM :app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM :app;
